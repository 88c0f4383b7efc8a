// Small things that all parts of the review page use: elements, words, and what is said aloud.
const root = document.getElementById("review");
export const words = JSON.parse(root.dataset.words);

// el("p", { class: "x", hidden: true, onclick: f }, "text", another)
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

// A sentence of the template with {name} filled in.
export function say(name, filled = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_all, key) => filled[key] ?? "");
}

// For screen readers; the same words twice are read twice.
export function announce(text) {
  const place = document.getElementById("said");
  place.textContent = "";
  window.setTimeout(() => (place.textContent = text), 30);
}

export function kbd(key) {
  return el("kbd", { "aria-hidden": "true" }, key);
}

export function status(name) {
  return el("span", { class: `status ${name}` }, say(`status_${name}`));
}

export function clock(moment) {
  return new Date(moment).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
}
