// Deciding between reviewers: buttons, keys, another value, and evidence selected in the text.
import { Refusal, send, shown } from "./api.js";
import "./evidence.js";

const desk = document.querySelector("#desk");
const keys = document.querySelector("#keys");
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

document.querySelector("[data-help]")?.addEventListener("click", () => keys.showModal());

document.querySelector("[data-gold]")?.addEventListener("sent", (event) => {
  const saved = event.target.querySelector(".saved");
  saved.textContent = saved.dataset.words.replace("NAME", event.detail.name);
});

if (desk) {
  const comment = document.querySelector("#comment");
  const other = document.querySelector("#other");
  const draft = `adjudicate ${desk.dataset.review} ${desk.dataset.report} ${desk.dataset.name}`;
  const address = (where) => `${window.location.pathname}?report=${encodeURIComponent(where.report)}&variable=${encodeURIComponent(where.variable)}${kept()}`;
  const kept = () => {
    const asked = new URLSearchParams(window.location.search);
    return ["against_model", "show_model"].filter((name) => asked.has(name)).map((name) => `&${name}=${encodeURIComponent(asked.get(name))}`).join("");
  };
  let evidence = null;
  let busy = false;

  comment.value = window.sessionStorage.getItem(draft) || "";
  comment.addEventListener("input", () => window.sessionStorage.setItem(draft, comment.value));
  document.querySelector("#question-title").focus({ preventScroll: true });

  async function decide(choice, place) {
    if (busy) return;
    busy = true;
    const body = {
      report: desk.dataset.report,
      variable: desk.dataset.name,
      version: Number(desk.dataset.version),
      comment: comment.value,
      ...choice,
    };
    try {
      const answer = await send("PUT", desk.dataset.api + desk.dataset.query, body);
      window.sessionStorage.removeItem(draft);
      window.location.assign(answer.next ? address(answer.next) : desk.dataset.done);
    } catch (error) {
      busy = false;
      if (error instanceof Refusal && error.status === 409) lost(error);
      else shown(error, place || document.querySelector("#trouble"));
    }
  }

  // Somebody was faster: nothing is overwritten, and what was typed stays in the field.
  function lost(error) {
    const theirs = document.querySelector("#theirs");
    theirs.querySelector("strong").textContent = [error.message, error.hint].join(" ");
    theirs.hidden = false;
    theirs.querySelector("a").focus();
  }

  for (const button of document.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () =>
      decide({ take: button.dataset.take, reviewer: button.dataset.reviewer, seen: Number(button.dataset.seen || 0) }),
    );
  }

  document.querySelector("[data-withdraw]")?.addEventListener("click", async () => {
    const query = new URLSearchParams({ report: desk.dataset.report, variable: desk.dataset.name, version: desk.dataset.version });
    try {
      await send("DELETE", `${desk.dataset.api}?${query}`);
      window.location.reload();
    } catch (error) {
      if (error instanceof Refusal && error.status === 409) lost(error);
      else shown(error, document.querySelector("#trouble"));
    }
  });

  // The place of the selected words in the report, in characters as Python counts them.
  function selected() {
    const text = document.querySelector("[data-text]");
    const selection = window.getSelection();
    if (!text || !selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    const start = [...before.toString()].length;
    const words = range.toString();
    return words.trim() ? { start, end: start + [...words].length, text: words } : null;
  }

  const form = document.querySelector("[data-other]");
  const values = form.querySelector("[data-values]");
  const status = form.querySelector("[data-status]");
  const items = form.querySelector("[data-items]");
  const kind = desk.dataset.kind;
  const alert = form.querySelector("[role=alert]");
  const wordless = ["not_mentioned", "not_applicable"];
  const fit = () => (values.hidden = wordless.includes(status.value));
  status.addEventListener("change", fit);
  fit();

  const read = (field) => {
    if (field.value === "") return null;
    return field.dataset.value === "json" ? JSON.parse(field.value) : field.value;
  };

  function fill(field, value) {
    if (value === null || value === undefined) return;
    if (field.dataset.value === "json") field.value = JSON.stringify(value);
    else if (typeof value === "object") field.value = value.unit === "1" ? String(value.value) : `${value.value} ${value.unit}`;
    else field.value = String(value);
  }

  function add(given) {
    const item = form.querySelector("template[data-item]").content.firstElementChild.cloneNode(true);
    for (const field of item.querySelectorAll("[data-part]")) fill(field, given?.[field.dataset.part]);
    const words = item.querySelector("[data-words]");
    if (words) {
      words.textContent = given.text;
      item.mention = given;
    }
    item.querySelector("[data-remove]").addEventListener("click", () => {
      item.remove();
      form.querySelector("[data-add], [data-add-words]").focus();
    });
    items.append(item);
    return item;
  }

  const begin = JSON.parse(desk.dataset.start);
  if (items) for (const one of begin || []) add(one);
  else for (const field of values.querySelectorAll("[data-part]")) fill(field, begin);

  form.querySelector("[data-add]")?.addEventListener("click", () => add({}).querySelector("[data-part]").focus());
  const missed = (button) => shown(new Error(button.dataset.missed), alert);
  form.querySelector("[data-add-words]")?.addEventListener("click", (event) => {
    const found = selected();
    if (found) add(found);
    else missed(event.currentTarget);
  });
  form.querySelector("[data-evidence]")?.addEventListener("click", (event) => {
    evidence = selected();
    const quote = form.querySelector("[data-quote]");
    quote.textContent = evidence ? `“${evidence.text}”` : quote.dataset.none;
    if (!evidence) missed(event.currentTarget);
  });

  function value() {
    if (wordless.includes(status.value)) return null;
    if (kind === "group") {
      return [...items.children].map((item) => Object.fromEntries([...item.querySelectorAll("[data-part]")].map((field) => [field.dataset.part, read(field)])));
    }
    if (kind === "spans") {
      return [...items.children].map((item) => {
        const type = item.querySelector("[data-part=type]");
        return { text: item.mention.text, start: item.mention.start, end: item.mention.end, type: type ? read(type) : null };
      });
    }
    return read(values.querySelector("[data-part]"));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    alert.hidden = true;
    const place = evidence && kind !== "spans" ? { start: evidence.start, end: evidence.end } : {};
    decide({ status: status.value, value: value(), ...place }, alert);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
      return;
    }
    if (typing(event.target)) return;
    if (event.key === "e") {
      event.preventDefault();
      other.open = true;
      (values.hidden ? status : form.querySelector("[data-values] [data-part], [data-values] button") || status).focus();
    } else if (event.key === "c") {
      event.preventDefault();
      comment.focus();
    } else {
      const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (wanted) {
        event.preventDefault();
        wanted.click();
      }
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !typing(event.target) && !keys.open) {
    event.preventDefault();
    keys.showModal();
  }
});
