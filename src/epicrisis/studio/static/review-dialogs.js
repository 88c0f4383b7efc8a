// Questions that must be answered before anything else: two versions, answers that nobody judged, the keys.
import { clock, el, kbd, say, status } from "./review-dom.js";
import { shownValue } from "./review-values.js";

// mine, other: { status, value, comment, at? } or null where it was taken back. Resolves to true for mine.
export function chooseVersion(question, mine, other) {
  return ask(
    say("two_versions", { label: question.label }),
    el("p", {}, say("two_versions_why")),
    [
      { text: say("keep_mine"), detail: version(question, mine), value: true, main: true },
      { text: other?.at ? say("keep_other", { time: clock(other.at) }) : say("keep_other_none"), detail: version(question, other), value: false },
    ],
  );
}

function version(question, said) {
  if (said === null) return el("span", {}, say("taken_back"));
  return el("span", {}, shownValue(question, said.value), " ", status(said.status), said.comment ? ` “${said.comment}”` : "");
}

// Resolves to "accept", "not_mentioned", or null to go back.
export function whatOfTheRest(labels, hidden) {
  const list = el("ul", { class: "rest" }, ...labels.slice(0, 12).map((label) => el("li", {}, label)), labels.length > 12 ? el("li", {}, "…") : null);
  const choice = hidden ? { text: say("rest_not_mentioned"), value: "not_mentioned", main: true } : { text: say("rest_accept"), value: "accept", main: true };
  // Enter alone must not accept what nobody looked at.
  return ask(say("rest_title", { n: labels.length }), list, [choice, { text: say("go_back"), value: null, focus: true }]);
}

function ask(title, body, choices) {
  return new Promise((resolve) => {
    let answer = null;
    const buttons = choices.map((one, place) =>
      el(
        "button",
        {
          type: "button",
          class: one.main ? "main" : "",
          onclick: () => {
            answer = one.value;
            dialog.close();
          },
        },
        kbd(String(place + 1)), one.text, one.detail ?? null,
      ),
    );
    const dialog = el(
      "dialog",
      {
        "aria-labelledby": "asked",
        onclose: () => {
          dialog.remove();
          resolve(answer);
        },
        onkeydown: (event) => {
          const button = buttons[Number(event.key) - 1];
          if (button) {
            event.preventDefault();
            button.click();
          }
        },
      },
      el("h2", { id: "asked" }, title),
      body,
      el("div", { class: "row answers-to-choose" }, ...buttons),
    );
    document.body.append(dialog);
    dialog.showModal();
    buttons[Math.max(0, choices.findIndex((one) => one.focus))].focus();
  });
}
