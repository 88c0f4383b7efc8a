// Values as people read them, and the keys that choose them.
import { say } from "./review-dom.js";

export function labelOf(question, value) {
  const found = question.options.find((one) => one.value === value || String(one.value) === String(value));
  return found ? found.label : String(value);
}

function amount(value) {
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 10 }).format(value.value);
  return value.unit === "1" ? number : `${number} ${value.unit}`;
}

// A value of any kind on one line. What was typed and not checked yet is shown as it is.
export function shownValue(question, value) {
  if (value === null || value === undefined) return "";
  switch (question.kind) {
    case "boolean":
      return value === true ? say("yes") : value === false ? say("no") : String(value);
    case "category":
    case "ordinal":
      return labelOf(question, value);
    case "quantity":
      return typeof value === "object" ? amount(value) : String(value);
    case "spans":
      return Array.isArray(value) ? value.map((one) => (one.type === null || one.type === undefined ? one.text : `${one.text} [${labelOf(question, one.type)}]`)).join("; ") : "";
    case "group":
      return Array.isArray(value) ? value.map((one, place) => `${place + 1}: ${shownItem(question, one)}`).join("; ") : "";
    default:
      return String(value);
  }
}

export function shownItem(question, item) {
  const said = question.parts.filter((part) => item[part.name] !== null && item[part.name] !== undefined);
  return said.map((part) => `${part.label} ${shownValue(part, item[part.name])}`).join(", ") || "–";
}

// What a value looks like in a field.
export function typedValue(question, value) {
  if (value === null || value === undefined) return "";
  if (question.kind === "quantity" && typeof value === "object") return `${value.value} ${value.unit === "1" ? "" : value.unit}`.trim();
  if (question.kind === "boolean") return value === true ? say("yes") : value === false ? say("no") : String(value);
  if (question.options.length) return labelOf(question, value);
  return String(value);
}

// Key -> value for questions with a short closed list. Options that are numbers are chosen by themselves, never by their
// place: pressing 2 must not mean 0.5. Empty where they must be typed.
export function choiceKeys(question) {
  if (question.kind === "boolean") return new Map([["1", true], ["2", false]]);
  if (!["category", "ordinal"].includes(question.kind)) return new Map();
  const values = question.options.map((one) => one.value);
  if (values.some((one) => /^-?[0-9.,]+$/.test(String(one)))) {
    return values.every((one) => /^[0-9]$/.test(String(one))) ? new Map(values.map((one) => [String(one), one])) : new Map();
  }
  return values.length <= 9 ? new Map(values.map((one, place) => [String(place + 1), one])) : new Map();
}

export function sameValue(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
