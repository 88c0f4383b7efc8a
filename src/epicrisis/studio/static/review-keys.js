// What each key does. Nothing fires while somebody types in a field, in a dialog, or with Ctrl, Alt or ⌘ held.
import { choiceKeys } from "./review-values.js";

const OFF = "epicrisis-single-keys-off";
const TYPED = { count: /^[0-9]$/, quantity: /^[0-9<>~-]$/, date: /^[0-9]$/, ordinal: /^[0-9]$/, category: /^[0-9]$/ };

export function listen(desk) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || isField(event.target)) return;
    if (desk.caret.active && selecting(desk, event)) {
      event.preventDefault();
      return;
    }
    if (["Enter", " "].includes(event.key) && event.target.closest("button, a, summary")) return;
    if (event.key.startsWith("Arrow") && (event.shiftKey || desk.text.place.contains(event.target))) return;
    if (localStorage.getItem(OFF) && event.key.length === 1 && event.key !== "?") return;
    if (handled(desk, event.key)) event.preventDefault();
  });
  const toggle = document.getElementById("single-keys");
  toggle.checked = !localStorage.getItem(OFF);
  toggle.addEventListener("change", () => (toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}

function isField(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function selecting(desk, event) {
  if (desk.caret.key(event)) return true;
  if (event.key === "Escape") desk.stopSelecting();
  else if (event.key === "Enter" || event.key === "s") desk.select();
  else if (/^[1-9]$/.test(event.key) && desk.typeFor(event.key) !== undefined) desk.select(desk.typeFor(event.key));
  else return false;
  return true;
}

function handled(desk, key) {
  if (desk.choosing && chosen(desk, key)) return true;
  const actions = {
    j: () => desk.step(1),
    ArrowDown: () => desk.step(1),
    k: () => desk.step(-1),
    ArrowUp: () => desk.step(-1),
    n: () => desk.nextUrgent(),
    a: () => desk.accept(),
    Enter: () => desk.accept(),
    e: () => desk.edit(),
    s: () => desk.select(),
    m: () => desk.mark("not_mentioned"),
    x: () => desk.mark("not_applicable"),
    u: () => desk.uncertain(),
    c: () => desk.comment(),
    z: () => desk.undo(),
    d: () => desk.finish(),
    l: () => desk.later(),
    p: () => desk.previous(),
    o: () => desk.reopen(),
    "?": () => document.getElementById("help").showModal(),
    Escape: () => desk.rest(),
  };
  if (Object.hasOwn(actions, key)) {
    actions[key]();
    return true;
  }
  return digit(desk, key);
}

// After e on a question of yes or no: only then is n a no.
function chosen(desk, key) {
  const value = { y: true, j: true, 1: true, n: false, 2: false }[key];
  desk.choosing = false;
  if (value === undefined) return false;
  desk.choose(value);
  return true;
}

function digit(desk, key) {
  const question = desk.question();
  const keys = choiceKeys(question);
  if (keys.has(key)) {
    desk.choose(keys.get(key));
    return true;
  }
  if (question.kind === "spans" && desk.typeFor(key) !== undefined) {
    desk.select(desk.typeFor(key));
    return true;
  }
  if (!keys.size && TYPED[question.kind]?.test(key)) {
    desk.edit(key);
    return true;
  }
  return false;
}
