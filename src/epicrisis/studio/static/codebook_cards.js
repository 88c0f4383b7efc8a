// Cards of variables: opened, moved by buttons, keys or dragging, copied, removed. Methods of the form.
import { clone, isMap, isText } from "./codebook_fields.js";

const START = { category: { options: [] }, ordinal: { options: [] }, quantity: { unit: "" }, group: { variables: [] } };

// What a variable of a kind begins with.
export const beginning = (kind) => structuredClone(START[kind] || {});

export const cards = {
  drawList(list, place) {
    const items = this.at(place);
    let heading = null;
    const sections = new Set();
    const parts = [];
    (Array.isArray(items) ? items : []).forEach((item, at) => {
      const section = isMap(item) && isText(item.section) ? String(item.section) : "";
      if (section) sections.add(section);
      if (place.length === 1 && section !== heading && (section || heading)) {
        const row = Object.assign(document.createElement("li"), { className: "section" });
        row.append(Object.assign(document.createElement("h3"), { textContent: section || "–" }));
        parts.push(row);
      }
      heading = section;
      parts.push(this.card(item, [...place, at]));
    });
    list.replaceChildren(...parts);
    if (place[0] === "variables" && place.length === 1) {
      document.getElementById("sections").replaceChildren(...[...sections].map((one) => Object.assign(document.createElement("option"), { value: one })));
    }
  },

  card(variable, place) {
    const card = clone("t-variable");
    card.dataset.place = JSON.stringify(place);
    const body = card.querySelector("[data-body]");
    if (!isMap(variable)) {
      body.hidden = false;
      body.append(clone("t-strange"));
      return card;
    }
    this.head(card, variable);
    const opener = card.querySelector(".open");
    const key = this.key(place);
    const show = (on) => {
      opener.setAttribute("aria-expanded", on);
      body.hidden = !on;
      if (on && !body.firstChild) this.body(body, place);
    };
    opener.addEventListener("click", () => {
      const on = opener.getAttribute("aria-expanded") !== "true";
      if (on) this.open.add(key);
      else this.open.delete(key);
      show(on);
      if (on) this.mark();
    });
    show(this.open.has(key));
    for (const button of card.querySelectorAll(":scope > .head [data-do]")) {
      button.setAttribute("aria-label", `${button.dataset.words}: ${this.title(variable)}`);
      button.addEventListener("click", () => this.act(button.dataset.do, place));
    }
    card.addEventListener("keydown", (event) => {
      if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key) || event.target.closest("[data-place]") !== card || !event.target.closest(".head")) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.editing) this.act(event.key === "ArrowUp" ? "up" : "down", place, ".open");
    });
    this.draggable(card, place);
    return card;
  },

  // What is open stays open wherever the variable goes.
  key(place) {
    const name = this.at(place)?.name;
    return JSON.stringify([...place.slice(0, -1), isText(name) ? String(name) : place.at(-1)]);
  },

  head(card, variable) {
    const title = this.title(variable);
    card.querySelector("[data-title]").textContent = title;
    card.querySelector("[data-column]").textContent = title === String(variable.name) ? "" : variable.name ?? "";
    card.querySelector("[data-kind-word]").textContent = isText(variable.kind) ? variable.kind : "?";
  },

  body(body, place) {
    const fields = clone("t-fields");
    const derived = place[0] === "derive";
    const variable = this.at(place);
    const kind = this.words.kinds[variable.kind] ? variable.kind : "boolean";
    const allowed = derived || place.length > 2 ? this.words.item_kinds : Object.keys(this.words.kinds);
    for (const option of [...fields.querySelector("[data-widget=kind] select").options]) if (!allowed.includes(option.value)) option.remove();
    const keys = new Set(this.words.kinds[kind].keys);
    if (derived) {
      keys.add("formula");
      for (const one of ["when", "statuses", "merge", "synonyms", "include", "exclude", "reduce"]) if (variable[one] === undefined) keys.delete(one);
    }
    if (place.length > 2) keys.delete("section");
    for (const one of [...fields.querySelectorAll("[data-key]")]) {
      if (!keys.has(one.dataset.key)) one.remove();
    }
    if (!keys.has("unit")) fields.querySelector("[data-also=unit]").remove();
    this.fill(fields, place);
    body.append(fields);
    this.lock(body);
  },

  // Who may only look can open cards and find variables.
  lock(element) {
    if (this.editing) return;
    for (const one of element.querySelectorAll("input:not([type=search]), textarea, select, button:not(.open, [data-fold])")) one.disabled = true;
  },

  add(place, kind) {
    const holder = this.at(place.slice(0, -1));
    const there = holder[place.at(-1)];
    if (there !== undefined && there !== null && !Array.isArray(there)) return; // a finding says that it must be a list
    const taken = new Set((Array.isArray(holder[place.at(-1)]) ? holder[place.at(-1)] : []).filter(isMap).map((one) => String(one.name).toLowerCase()));
    const stem = place[0] === "derive" ? "derived" : place.length > 1 ? "question" : "variable";
    let number = taken.size + 1;
    while (taken.has(`${stem}_${number}`)) number += 1;
    const fresh = { name: `${stem}_${number}`, kind, definition: "", ...beginning(kind) };
    if (place[0] === "derive") Object.assign(fresh, { formula: "" });
    let at = 0;
    this.change((content) => {
      const owner = this.at(place.slice(0, -1), content);
      if (!Array.isArray(owner[place.at(-1)])) owner[place.at(-1)] = [];
      const list = owner[place.at(-1)];
      const last = list.at(-1);
      if (place.length === 1 && isMap(last) && isText(last.section)) fresh.section = last.section;
      at = list.push(fresh) - 1;
    });
    this.open.add(this.key([...place, at]));
    this.draw();
    const input = this.element([...place, at])?.querySelector("[data-widget=name] input");
    input?.focus();
    input?.select();
  },

  act(todo, place, focus) {
    const [at, listPlace] = [place.at(-1), place.slice(0, -1)];
    const list = this.at(listPlace);
    if (todo === "remove") {
      this.change((content) => this.at(listPlace, content).splice(at, 1));
      this.draw();
      const next = list.length > 1 ? this.element([...listPlace, Math.min(at, list.length - 2)])?.querySelector(".open") : null;
      (next || this.root.querySelector("[data-adder] [data-add]")).focus();
    } else if (todo === "copy") {
      const names = new Set(list.filter(isMap).map((one) => String(one.name).toLowerCase()));
      const stem = this.say("copy-of", { name: list[at].name ?? "variable" });
      let name = stem;
      for (let number = 2; names.has(name.toLowerCase()); number += 1) name = `${stem}_${number}`;
      this.change((content) => this.at(listPlace, content).splice(at + 1, 0, { ...structuredClone(list[at]), name }));
      this.open.add(this.key([...listPlace, at + 1]));
      this.draw();
      this.element([...listPlace, at + 1])?.querySelector("[data-widget=name] input")?.focus();
    } else {
      this.move(place, at + (todo === "up" ? -1 : 1), focus || `[data-do=${todo}]`);
    }
  },

  move(place, to, focus = ".open") {
    const [at, listPlace] = [place.at(-1), place.slice(0, -1)];
    const list = this.at(listPlace);
    if (to < 0 || to >= list.length || to === at) return;
    const title = this.title(list[at]);
    this.change((content) => {
      const own = this.at(listPlace, content);
      own.splice(to, 0, own.splice(at, 1)[0]);
    });
    this.draw();
    this.element([...listPlace, to])?.querySelector(focus)?.focus();
    this.announce(this.say("moved", { name: title, n: to + 1, all: list.length }));
  },

  draggable(card, place) {
    const handle = card.querySelector(".handle");
    if (!this.editing) {
      handle.remove();
      return;
    }
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      this.dragged = place;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", String(this.at(place)?.name ?? ""));
      event.dataTransfer.setDragImage(card, 12, 12);
      card.classList.add("dragged");
    });
    handle.addEventListener("dragend", () => {
      this.dragged = null;
      for (const one of this.root.querySelectorAll(".dragged, .over")) one.classList.remove("dragged", "over");
    });
    const fits = () => this.dragged && JSON.stringify(this.dragged.slice(0, -1)) === JSON.stringify(place.slice(0, -1));
    card.addEventListener("dragover", (event) => {
      if (!fits()) return;
      event.preventDefault();
      event.stopPropagation();
      card.classList.add("over");
    });
    card.addEventListener("dragleave", () => card.classList.remove("over"));
    card.addEventListener("drop", (event) => {
      if (!fits()) return;
      event.preventDefault();
      event.stopPropagation();
      this.move(this.dragged, place.at(-1));
    });
  },
};
