// What every page has: sending forms, the language, logging out, the menu.
import { send, shown } from "./api.js";

// <form data-send="/api/..." [data-method="PUT"] [data-then="/there" | "reload" | "event"]>
// A field's data-type says how it is sent: number, boolean, list, json. Empty optional fields are left out.
export function content(form) {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || (field.type === "radio" && !field.checked)) continue;
    const kind = field.dataset.type || (field.type === "checkbox" ? "boolean" : field.type === "number" ? "number" : "");
    if (kind === "list") {
      found[field.name] = found[field.name] || [];
      if (field.tagName === "SELECT") found[field.name].push(...[...field.selectedOptions].map((one) => one.value));
      else if (field.type !== "checkbox" || field.checked) found[field.name].push(field.value);
    } else if (kind === "boolean") {
      found[field.name] = field.type === "checkbox" ? field.checked : field.value === "true";
    } else if (field.value === "" && !field.required && !("empty" in field.dataset)) {
      continue;
    } else if (kind === "number") {
      found[field.name] = Number(field.value);
    } else if (kind === "json") {
      found[field.name] = JSON.parse(field.value);
    } else {
      found[field.name] = field.value;
    }
  }
  return found;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.send) return;
  event.preventDefault();
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) return;
  const alert = form.querySelector("[role=alert]");
  const buttons = [...form.querySelectorAll("button")].filter((one) => !one.disabled);
  if (alert) alert.hidden = true;
  buttons.forEach((one) => (one.disabled = true));
  try {
    const multipart = form.enctype === "multipart/form-data";
    const answer = await send(form.dataset.method || "POST", form.dataset.send, multipart ? new FormData(form) : content(form));
    const then = form.dataset.then || "reload";
    if (then === "event") form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer }));
    else if (then === "reload") window.location.reload();
    else window.location.assign(then.replace(/\{(\w+)\}/g, (_all, name) => encodeURIComponent(answer[name])));
  } catch (error) {
    shown(error, alert);
  } finally {
    buttons.forEach((one) => (one.disabled = false));
  }
});

document.addEventListener("change", async (event) => {
  if (!event.target.matches("[data-language]")) return;
  await send("PUT", "/api/language", { language: event.target.value });
  window.location.reload();
});

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-logout]")) {
    await send("POST", "/api/logout");
    window.location.assign("/login");
  }
  const copied = event.target.closest("[data-copy]");
  if (copied) {
    await navigator.clipboard.writeText(document.querySelector(copied.dataset.copy).textContent);
    copied.dataset.done = "";
  }
});

// On wide screens the menu is always open; on narrow ones it is folded away.
const menu = document.querySelector("[data-menu]");
if (menu) {
  const wide = window.matchMedia("(min-width: 62rem)");
  const fit = () => (menu.open = wide.matches);
  fit();
  wide.addEventListener("change", fit);
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf]").content;
});
