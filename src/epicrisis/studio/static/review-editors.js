// Fields to type an answer in: one line, several lines, or the items of a group. What is typed is kept as a draft.
import { el, say } from "./review-dom.js";
import { typedValue } from "./review-values.js";

// done(value) is called with what was typed, cancel() where it is given up; changed(raw) at every key.
export function editor(question, start, { done, cancel, changed }) {
  const made = question.kind === "group" ? items(question, start, changed) : line(question, start, changed);
  const form = el(
    "form",
    {
      class: "editor",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        done(made.read());
      },
      onkeydown: (event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          cancel();
        } else if (event.key === "Enter" && event.target.tagName === "TEXTAREA" && !event.shiftKey) {
          event.preventDefault();
          done(made.read());
        }
      },
    },
    made.node,
    el("div", { class: "row" }, el("button", { class: "main small" }, say("save")), el("button", { type: "button", class: "small", onclick: cancel }, say("cancel"))),
  );
  return { node: form, focus: made.focus };
}

function line(question, start, changed) {
  const id = `field-${question.name}`;
  const list = question.options.length ? el("datalist", { id: `${id}-list` }, ...question.options.map((one) => el("option", { value: one.label }))) : null;
  const field =
    question.kind === "text"
      ? el("textarea", { id, rows: 3, maxlength: 10000 })
      : el("input", { id, autocomplete: "off", list: list && list.id, inputmode: question.kind === "count" ? "numeric" : null, placeholder: placeholder(question) });
  field.value = typeof start === "string" ? start : typedValue(question, start);
  field.addEventListener("input", () => changed(field.value));
  return {
    node: el("label", { for: id }, say(`type_${question.kind}`, { unit: question.unit ?? "", units: question.units.join(", ") }), field, list),
    focus: () => {
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    },
    read: () => field.value,
  };
}

function placeholder(question) {
  return { quantity: question.unit === "1" ? "12.5" : `12.5 ${question.unit}`, date: say("date_example"), count: "3" }[question.kind] ?? null;
}

function items(question, start, changed) {
  const list = el("div", { class: "items" });
  const read = () =>
    [...list.querySelectorAll("fieldset")].map((card) =>
      Object.fromEntries([...card.querySelectorAll("[data-part]")].map((field) => [field.dataset.part, field.value === "" ? null : field.value])),
    );
  const add = (item) => {
    list.append(card(question, item, list.children.length + 1, () => renumber(list, read, changed)));
    full();
  };
  const more = el("button", { type: "button", class: "small", onclick: () => { add({}); changed(read()); list.lastElementChild.querySelector("[data-part]").focus(); } }, say("add_item"));
  const full = () => (more.disabled = list.children.length >= (question.max_items ?? Infinity));
  list.addEventListener("input", () => changed(read()));
  list.addEventListener("removed", full);
  for (const item of Array.isArray(start) && start.length ? start : [{}]) add(item);
  return {
    node: el("div", {}, list, more),
    focus: () => (list.querySelector("[data-part]") ?? more).focus(),
    read: () => read().filter((item) => Object.values(item).some((value) => value !== null)),
  };
}

function card(question, item, number, removed) {
  const made = el(
    "fieldset",
    {},
    el("legend", {}, say("item", { n: number })),
    ...question.parts.map((part) => el("label", {}, part.label, part.kind === "quantity" && part.unit !== "1" ? ` (${part.unit})` : "", partField(part, item[part.name]))),
    el("button", { type: "button", class: "small", onclick: () => { made.remove(); removed(); } }, say("remove_item")),
  );
  return made;
}

function partField(part, value) {
  const options = part.kind === "boolean" ? [{ value: "true", label: say("yes") }, { value: "false", label: say("no") }] : part.options;
  if (!options.length) {
    const field = el("input", { "data-part": part.name, autocomplete: "off" });
    field.value = typeof value === "string" ? value : typedValue(part, value);
    return field;
  }
  const field = el("select", { "data-part": part.name }, el("option", { value: "" }, "–"), ...options.map((one) => el("option", { value: one.value }, one.label)));
  field.value = value === null || value === undefined ? "" : String(value);
  return field;
}

function renumber(list, read, changed) {
  [...list.children].forEach((card, place) => (card.querySelector("legend").textContent = say("item", { n: place + 1 })));
  list.dispatchEvent(new Event("removed"));
  changed(read());
}
