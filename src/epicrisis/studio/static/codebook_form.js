// The form: cards of variables that can be opened, moved, copied and removed, and the findings beside them.
import { beginning, cards } from "./codebook_cards.js";
import { clone, isMap, isText, widgets } from "./codebook_fields.js";
import { marks } from "./codebook_marks.js";
import "./codebook_parts.js";

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
        for (const [key, value] of Object.entries(beginning(select.value))) one[key] ??= value;
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
}

Object.assign(Form.prototype, cards, marks);
