// The form: cards of variables that can be opened, moved, copied and removed, and the findings beside them.
import { clone, isMap, isText, widgets } from "./codebook_fields.js";
import "./codebook_parts.js";

const START = { category: { options: [] }, ordinal: { options: [] }, quantity: { unit: "" }, group: { variables: [] } };

export class Form {
  // content() is what the codebook says, change(edit) changes it; conditions() are its conditions in parts.
  constructor(root, { content, change, conditions, words, say, editing, announce }) {
    Object.assign(this, { root, content, change, conditions, words, say, editing, announce });
    this.fields = root.querySelector("[data-fields]");
    this.open = new Set();
    this.findings = [];
    this.prepare();
  }

  at(place, from = this.content()) {
    return place.reduce((value, step) => value?.[step], from);
  }

  languages() {
    const found = this.content().languages;
    return Array.isArray(found) && found.length ? found.map(String) : ["en"];
  }

  // The other variables that a condition at this place can be about.
  others(place) {
    const own = this.at(place.slice(0, -1));
    const lists = place.length > 4 ? [this.at(place.slice(0, -2)), this.content().variables] : [this.content().variables];
    return lists.flatMap((list) => (Array.isArray(list) ? list : [])).filter((one) => isMap(one) && one !== own && isText(one.name) && !["group", "spans"].includes(one.kind)).map((one) => ({
      name: String(one.name),
      title: this.title(one) === String(one.name) ? String(one.name) : `${this.title(one)} (${one.name})`,
      kind: one.kind,
      values: Array.isArray(one.options) ? one.options.map((option) => (isMap(option) ? option.value : option)).filter(isText) : [],
    }));
  }

  title(variable) {
    const label = variable.label;
    const found = isMap(label) ? label[this.languages()[0]] ?? Object.values(label)[0] : label;
    return String((isText(found) && found) || (isText(variable.name) && variable.name) || "?");
  }

  prepare() {
    for (const adder of this.root.querySelectorAll("[data-adder]")) {
      adder.querySelector("[data-add]").addEventListener("click", () => this.add([adder.dataset.adder], adder.querySelector("select").value));
    }
    this.root.querySelector("[data-add-rule]").addEventListener("click", () => {
      this.change((content) => (content.rules = [...(Array.isArray(content.rules) ? content.rules : []), ""]));
      this.drawRules(true);
      this.count();
    });
    this.root.querySelector("[data-fold]").addEventListener("click", () => {
      this.open.clear();
      this.draw();
    });
    this.root.querySelector("[data-find]").addEventListener("input", (event) => this.find(event.target.value));
  }

  // Everything anew, with the focus where it was.
  draw() {
    const focus = this.focused();
    const about = this.fields.querySelector("[data-about]");
    if (!this.about) this.about = about.cloneNode(true);
    const fresh = this.about.cloneNode(true);
    fresh.open = about.open;
    about.replaceWith(fresh);
    this.fill(fresh, []);
    for (const part of ["variables", "derive"]) this.drawList(this.root.querySelector(`[data-list="${part}"]`), [part]);
    this.drawRules();
    this.count();
    this.find(this.root.querySelector("[data-find]").value);
    this.mark();
    this.refocus(focus);
    this.lock(this.fields);
  }

  count() {
    const content = this.content();
    for (const part of ["variables", "derive", "rules"]) {
      const number = Array.isArray(content[part]) ? content[part].length : 0;
      const holder = part === "variables" ? this.root.querySelector("h2 [data-how-many]:not(summary *)") : this.root.querySelector(`[data-part="${part}"] > summary [data-how-many]`);
      holder.textContent = number || "";
      if (part === "variables") {
        this.root.querySelector("[data-none]").hidden = number > 0;
        this.root.querySelector("[data-finder]").hidden = number < 9;
      }
    }
  }

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
  }

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
  }

  // What is open stays open wherever the variable goes.
  key(place) {
    const name = this.at(place)?.name;
    return JSON.stringify([...place.slice(0, -1), isText(name) ? String(name) : place.at(-1)]);
  }

  head(card, variable) {
    const title = this.title(variable);
    card.querySelector("[data-title]").textContent = title;
    card.querySelector("[data-column]").textContent = title === String(variable.name) ? "" : variable.name ?? "";
    card.querySelector("[data-kind-word]").textContent = isText(variable.kind) ? variable.kind : "?";
  }

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
  }

  // Who may only look can open cards and find variables.
  lock(element) {
    if (this.editing) return;
    for (const one of element.querySelectorAll("input:not([type=search]), textarea, select, button:not(.open, [data-fold])")) one.disabled = true;
  }

  fill(element, place) {
    const owner = this.at(place);
    for (const field of element.querySelectorAll("[data-key]")) {
      const { key, widget } = field.dataset;
      // Fields of options are filled by their own rows.
      if (field.parentElement.closest("template")) continue;
      const own = [...place, key];
      field.dataset.place = JSON.stringify(own);
      const put = (value) => {
        this.change((content) => {
          const holder = this.at(place, content);
          if (value === undefined) delete holder[key];
          else holder[key] = value;
        });
        this.touched(place, key);
      };
      const context = { form: this, place: own, kind: owner.kind, field };
      if (widget === "variables") this.group(field, own);
      else if (widget === "name") this.name(field, owner.name, put, place);
      else if (widget === "kind") this.kind(field, owner, place);
      else if (widget === "section") {
        widgets.text(field, owner.section, put, context);
        field.querySelector("input").addEventListener("change", () => this.draw());
      } else widgets[widget](field, owner[key], put, context);
    }
  }

  touched(place, key) {
    const card = this.element(place);
    if (card && ["name", "label"].includes(key)) this.head(card, this.at(place));
    if (key === "languages") this.stale = true;
  }

  name(field, value, put, place) {
    let before = isText(value) ? String(value) : "";
    let open = this.key(place);
    widgets.text(field, value, (text) => {
      put(text);
      const now = this.key(place);
      if (this.open.delete(open)) this.open.add(now);
      open = now;
    }, {});
    const input = field.querySelector("input");
    input?.addEventListener("change", () => {
      // Conditions about it, and keys of its group, go along.
      const [old, now] = [before, input.value];
      before = now;
      if (!old || !now || old === now) return;
      const known = this.conditions();
      this.change((content) => {
        const list = this.at(place.slice(0, -1), content);
        if (list.some((one) => isMap(one) && one.name === old)) return;
        const follow = (one) => {
          const condition = isText(one.when) ? known[one.when] : null;
          if (condition?.variable === old) one.when = { compose: { ...condition, variable: now } };
        };
        for (const one of list.filter(isMap)) {
          follow(one);
          if (place.length === 2 && Array.isArray(one.variables)) one.variables.filter(isMap).forEach(follow);
        }
        const group = place.length > 2 ? this.at(place.slice(0, -2), content) : null;
        if (Array.isArray(group?.keys)) group.keys = group.keys.map((one) => (one === old ? now : one));
      });
    });
  }

  kind(field, owner, place) {
    const select = field.querySelector("select");
    if (isText(owner.kind) && ![...select.options].some((one) => one.value === owner.kind)) select.prepend(new Option(owner.kind, owner.kind));
    select.value = owner.kind ?? "";
    select.addEventListener("change", () => {
      const kept = new Set([...this.words.kinds[select.value].keys, "formula", "cases", "table"]);
      this.change((content) => {
        const one = this.at(place, content);
        const old = one.kind;
        one.kind = select.value;
        // What the new kind has no place for goes; so does a way of merging that it does not know.
        if (this.words.kinds[old]) for (const key of this.words.kinds[old].keys) if (!kept.has(key)) delete one[key];
        if (one.merge && !this.words.kinds[select.value].merge.includes(one.merge)) delete one.merge;
        for (const [key, value] of Object.entries(START[select.value] || {})) one[key] ??= structuredClone(value);
      });
      this.again(this.element(place));
      this.element(place)?.querySelector("[data-widget=kind] select")?.focus();
    });
  }

  group(field, place) {
    const list = field.querySelector("[data-list]");
    list.dataset.list = JSON.stringify(place);
    this.drawList(list, place);
    field.querySelector("[data-add]").addEventListener("click", () => this.add(place, field.querySelector(".adding select").value));
  }

  add(place, kind) {
    const holder = this.at(place.slice(0, -1));
    const there = holder[place.at(-1)];
    if (there !== undefined && there !== null && !Array.isArray(there)) return; // a finding says that it must be a list
    const taken = new Set((Array.isArray(holder[place.at(-1)]) ? holder[place.at(-1)] : []).filter(isMap).map((one) => String(one.name).toLowerCase()));
    const stem = place[0] === "derive" ? "derived" : place.length > 1 ? "question" : "variable";
    let number = taken.size + 1;
    while (taken.has(`${stem}_${number}`)) number += 1;
    const fresh = { name: `${stem}_${number}`, kind, definition: "", ...structuredClone(START[kind] || {}) };
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
  }

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
  }

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
  }

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
  }

  drawRules(focus = false) {
    const rules = this.content().rules;
    const list = this.root.querySelector("[data-rules]");
    const put = (edit) => this.change((content) => edit(content.rules));
    list.replaceChildren(...(Array.isArray(rules) ? rules : []).map((rule, at) => {
      const row = clone("t-rule");
      row.dataset.place = JSON.stringify(["rules", at]);
      for (const field of row.querySelectorAll("[data-of]")) {
        const key = field.dataset.of;
        field.value = (isMap(rule) ? rule[key] : key === "rule" ? rule : "") ?? "";
        field.addEventListener("input", () => put((all) => {
          if (key === "rule" && !isMap(all[at])) all[at] = field.value;
          else {
            const one = isMap(all[at]) ? { ...all[at] } : { rule: all[at] };
            if (field.value || key === "rule") one[key] = field.value;
            else delete one[key];
            all[at] = Object.keys(one).length === 1 && !isMap(rule) ? one.rule : one;
          }
        }));
      }
      row.querySelector("[data-do=remove]").addEventListener("click", () => {
        this.change((content) => {
          content.rules.splice(at, 1);
          if (!content.rules.length) delete content.rules;
        });
        this.drawRules();
        this.count();
      });
      return row;
    }));
    if (focus) list.lastElementChild.querySelector("input").focus();
    this.mark();
  }

  // The card or field at a place.
  element(place) {
    return this.root.querySelector(`[data-place="${CSS.escape(JSON.stringify(place))}"]`);
  }

  // One card anew: its fields follow from its kind.
  again(element) {
    const card = element?.closest(".variable");
    if (!card) {
      this.draw();
      return;
    }
    const place = JSON.parse(card.dataset.place);
    const focus = this.focused();
    card.replaceWith(this.card(this.at(place), place));
    this.mark();
    this.refocus(focus);
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    for (const card of this.root.querySelectorAll('[data-list="variables"] > .variable')) {
      const one = this.at(JSON.parse(card.dataset.place));
      card.hidden = wanted !== "" && !JSON.stringify(one).toLowerCase().includes(wanted);
    }
  }

  show(findings) {
    this.findings = findings;
    this.mark();
  }

  // Findings where they belong: at the field, at its card while that is closed, at whatever holds it.
  mark() {
    for (const holder of this.root.querySelectorAll("[data-findings]")) holder.replaceChildren();
    for (const holder of this.root.querySelectorAll("[data-marks]")) holder.replaceChildren();
    for (const one of this.root.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    const counts = new Map();
    for (const finding of this.findings) {
      let place = finding.place;
      let [element, holder] = this.holder(place);
      while (!holder && place.length) {
        place = place.slice(0, -1);
        [element, holder] = this.holder(place);
      }
      if (!holder) continue;
      const text = Object.assign(document.createElement("span"), { className: `finding ${finding.level}`, textContent: `${finding.message} ${finding.fix}`.trim() });
      holder.append(text);
      if (finding.level === "error" && !element.matches(".variable")) element.querySelector("input, textarea, select")?.setAttribute("aria-invalid", "true");
      for (let card = element.closest(".variable"); card; card = card.parentElement.closest(".variable")) {
        const count = counts.get(card) || { error: 0, warning: 0 };
        count[finding.level] += 1;
        counts.set(card, count);
      }
    }
    for (const [card, count] of counts) {
      const marks = card.querySelector("[data-marks]");
      for (const level of ["error", "warning"]) {
        if (!count[level]) continue;
        const words = count[level] === 1 ? this.say(level) : this.say(`${level}s`, { n: count[level] });
        marks.append(Object.assign(document.createElement("span"), { className: `mark ${level}`, textContent: words }));
      }
    }
  }

  holder(place) {
    const element = this.element(place);
    const holder = element?.querySelector(":scope > [data-findings]") || (element?.matches(".variable") ? null : element?.querySelector("[data-findings]"));
    return [element, holder || null];
  }

  // Opens what holds a place, and goes there.
  goTo(place) {
    for (let length = 2; length <= place.length; length += 1) {
      const part = place.slice(0, length);
      if (isMap(this.at(part)) && ["variables", "derive"].includes(part.at(-2))) this.open.add(this.key(part));
    }
    this.draw();
    let element = null;
    for (let length = place.length; length && !element; length -= 1) element = this.element(place.slice(0, length));
    for (let holder = element?.closest("details"); holder; holder = holder.parentElement.closest("details")) holder.open = true;
    const field = element?.querySelector("input, textarea, select, button");
    field?.focus();
    element?.scrollIntoView({ block: "center" });
  }

  focused() {
    const active = document.activeElement;
    const holder = this.fields.contains(active) ? active.closest("[data-place]") : null;
    if (!holder) return null;
    const at = [...holder.querySelectorAll("input, textarea, select, button")].indexOf(active);
    let caret = null;
    try {
      caret = active.selectionStart === undefined ? null : [active.selectionStart, active.selectionEnd];
    } catch {
      // Fields of numbers have no caret to read.
    }
    return { place: holder.dataset.place, at, caret };
  }

  refocus(focus) {
    if (!focus) return;
    const holder = this.root.querySelector(`[data-place="${CSS.escape(focus.place)}"]`);
    const found = holder?.querySelectorAll("input, textarea, select, button")[focus.at];
    if (!found || found === document.activeElement) return;
    found.focus({ preventScroll: true });
    if (focus.caret?.[0] !== null && focus.caret) {
      try {
        found.setSelectionRange(...focus.caret);
      } catch {
        // Not every field has one.
      }
    }
  }
}
