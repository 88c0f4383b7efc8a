// The list of codebooks: languages as words, what became of a file that was brought in.
document.addEventListener("submit", (event) => {
  // Before the form is sent: "nl, en" becomes a list of fields.
  for (const field of event.target.querySelectorAll?.("[data-type=words]") || []) {
    for (const old of event.target.querySelectorAll("[data-from-words]")) old.remove();
    for (const word of field.value.split(/[\s,;]+/).filter(Boolean)) {
      const one = document.createElement("input");
      Object.assign(one, { type: "hidden", name: field.dataset.name || field.name, value: word });
      Object.assign(one.dataset, { type: "list", fromWords: "" });
      field.form.append(one);
    }
    if (field.name) {
      field.dataset.name = field.name;
      field.removeAttribute("name");
    }
  }
}, true);

document.addEventListener("change", (event) => {
  // A name to begin with, from the file's.
  const field = event.target;
  if (field.type !== "file" || !field.files.length) return;
  const name = field.form.elements.namedItem("name");
  if (name && !name.value) {
    name.value = field.files[0].name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N} .()+-]/gu, "-").replace(/^[^\p{L}\p{N}]+/u, "");
  }
});

document.addEventListener("sent", (event) => {
  const form = event.target;
  if (!("imported" in form.dataset)) return;
  const made = form.parentElement.querySelector("[data-made]");
  made.querySelector("[data-made-link]").href = `/codebooks/${encodeURIComponent(event.detail.name)}`;
  const notes = made.querySelector("[data-made-notes]");
  notes.hidden = !event.detail.notes.length;
  notes.querySelector("ul").replaceChildren(...event.detail.notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
  made.hidden = false;
  form.hidden = true;
  made.focus();
});
