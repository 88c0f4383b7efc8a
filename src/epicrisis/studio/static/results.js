// Results: composing filters, ticking columns, making a review of what was found.
import { send, shown } from "./api.js";

const part = (form, name) => form.querySelector(`[data-value="${name}"]`);

// Which field asks for the value depends on the variable and on what is said about it.
function fit(form) {
  const subject = form.querySelector("[data-subject]").selectedOptions[0];
  const what = form.querySelector("[data-what]");
  for (const one of what.options) one.disabled = one.hidden = one.dataset.needs === "ordered" && !subject.dataset.ordered;
  if (what.selectedOptions[0]?.disabled !== false) what.selectedIndex = 0;
  const choices = JSON.parse(subject.dataset.choices || "[]");
  let wanted = what.selectedOptions[0].dataset.with;
  if (choices.length && (wanted === "value" || what.selectedOptions[0].dataset.needs)) wanted = "choice";
  if (wanted === "value") wanted = "text";
  for (const one of form.querySelectorAll("[data-value]")) one.hidden = one.dataset.value !== wanted;
  const list = part(form, "choice").querySelector("select");
  if (list.dataset.of !== subject.value) {
    list.replaceChildren(...choices.map((one) => new Option(one, one)));
    list.dataset.of = subject.value;
  }
  return wanted;
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filter]");
  if (form) fit(form);
});
document.querySelectorAll("form[data-filter]").forEach(fit);

// Before htmx sees the form: the condition is put together.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("form[data-filter]")) return;
    const wanted = fit(form);
    const field = part(form, wanted).querySelector("input, select");
    const alert = form.querySelector("[role=alert]");
    const empty = wanted !== "text" ? field.value === "" : field.value.trim() === "";
    alert.hidden = !empty;
    if (empty) {
      alert.textContent = alert.dataset.empty;
      field.focus();
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const value = wanted === "percent" ? String(Number(field.value) / 100) : field.value;
    form.querySelector("[name=filter]").value =
      form.querySelector("[data-subject]").value + form.querySelector("[data-what]").value + value;
  },
  true,
);

document.addEventListener("htmx:afterRequest", (event) => {
  const drop = event.target.closest?.("[data-drop]");
  if (drop && event.detail.successful) {
    drop.open = false;
    drop.querySelector("summary").focus();
  }
});

document.addEventListener("keydown", (event) => {
  const drop = event.key === "Escape" && event.target.closest?.("[data-drop][open]");
  if (drop) {
    drop.open = false;
    drop.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  const tick = event.target.closest("[data-tick]");
  if (tick) {
    for (const one of tick.closest("form").querySelectorAll("input[type=checkbox]")) one.checked = tick.dataset.tick === "all";
  }
  if (event.target.closest("[data-clear]")) document.querySelector("#q").value = "";
  for (const drop of document.querySelectorAll(".results [data-drop][open]")) {
    if (!drop.contains(event.target)) drop.open = false;
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.review) return;
  event.preventDefault();
  const alert = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  alert.hidden = true;
  button.disabled = true;
  try {
    const ids = form.dataset.id ? [form.dataset.id] : (await send("GET", document.querySelector("#results").dataset.ids)).ids;
    const made = await send("POST", "/api/reviews", {
      run: form.dataset.review,
      name: form.elements.name.value,
      sequence: form.elements.sequence?.value || "uncertain",
      blind: form.elements.blind?.checked || false,
      raters: Number(form.elements.raters?.value || 1),
      report_ids: ids,
    });
    window.location.assign(`/reviews/${encodeURIComponent(made.id)}`);
  } catch (error) {
    shown(error, alert);
    button.disabled = false;
  }
});
