// An answer and its words in the report light up together, whichever is pointed at or focused.
function light(names, on) {
  for (const name of names) {
    const safe = CSS.escape(name);
    for (const mark of document.querySelectorAll(`mark[data-variables~="${safe}"]`)) mark.classList.toggle("on", on);
    for (const answer of document.querySelectorAll(`[data-variable="${safe}"]`)) answer.classList.toggle("chosen", on);
  }
}

function named(target) {
  const answer = target.closest?.("[data-variable]");
  if (answer) return [answer.dataset.variable];
  const mark = target.closest?.("mark[data-variables]");
  return mark ? mark.dataset.variables.split(" ") : [];
}

export function lead(name) {
  const mark = document.querySelector(`mark[data-variables~="${CSS.escape(name)}"]`);
  if (mark) mark.scrollIntoView({ block: "nearest", behavior: "auto" });
}

for (const [begins, ends] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(begins, (event) => {
    const names = named(event.target);
    light(names, true);
    if (event.target.closest?.("[data-variable]") && names.length && begins === "focusin") lead(names[0]);
  });
  document.addEventListener(ends, (event) => light(named(event.target), false));
}

document.addEventListener("click", (event) => {
  const mark = event.target.closest?.("mark[data-variables]");
  if (!mark) return;
  const answer = document.querySelector(`[data-variable="${CSS.escape(mark.dataset.variables.split(" ")[0])}"]`);
  const focus = answer?.matches("[tabindex], button, a") ? answer : answer?.querySelector("button, a, input, select, [tabindex]");
  (focus || answer)?.focus?.();
  answer?.scrollIntoView({ block: "nearest" });
});
