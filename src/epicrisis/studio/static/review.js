// The page of one report under review: its buttons, its keys, its tabs.
import { Desk } from "./review-desk.js";
import { listen } from "./review-keys.js";
import { wide } from "./review-showing.js";

const root = document.getElementById("review");
const desk = new Desk(JSON.parse(root.dataset.view));
listen(desk);

const actions = {
  previous: () => desk.previous(),
  later: () => desk.later(),
  done: () => desk.finish(),
  reopen: () => desk.reopen(),
  undo: () => desk.undo(),
  select: () => desk.select(),
  urgent: () => desk.nextUrgent(),
  retry: () => desk.saver.retry(),
  help: () => document.getElementById("help").showModal(),
  "close-help": () => document.getElementById("help").close(),
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]();
  const tab = event.target.closest("[data-show]");
  if (tab) desk.pane(tab.dataset.show);
  const mark = event.target.closest("#text mark");
  if (mark && desk.text.selected() === null) {
    desk.go(mark.dataset.variables.split(" ").find((name) => desk.byName.has(name)), { focus: wide.matches });
  }
});
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest("[data-do=select], [aria-keyshortcuts=s]")) desk.snapshot = desk.text.selected();
});
document.addEventListener("selectionchange", () => {
  const chosen = desk.text.selected();
  document.getElementById("take")?.classList.toggle("main", chosen !== null);
});
root.dataset.ready = "";
