// The answers: one row each, the current one opened.
import { clock, el, kbd, say, status } from "./review-dom.js";
import { choiceKeys, labelOf, sameValue, shownItem, shownValue } from "./review-values.js";

// desk: what the page knows and does; see review.js.
export class Rows {
  constructor(place, desk) {
    this.place = place;
    this.desk = desk;
    this.rows = new Map();
    let section = null;
    for (const question of desk.questions) {
      if (question.section && question.section !== section) place.append(el("h2", {}, question.section));
      section = question.section;
      const parts = { line: el("div", { class: "line", onclick: () => desk.go(question.name) }), detail: el("div", { class: "detail" }), editor: el("div", { class: "editing" }), after: el("div", {}) };
      const node = el(
        "div",
        { class: "answer", id: `row-${question.name}`, role: "group", tabindex: "-1", "data-variable": question.name, "aria-labelledby": `label-${question.name} value-${question.name}` },
        parts.line, parts.detail, parts.editor, parts.after,
      );
      this.rows.set(question.name, { node, question, ...parts });
      place.append(node);
      this.draw(question.name);
    }
  }

  row(name) {
    return this.rows.get(name);
  }

  draw(name) {
    const row = this.rows.get(name);
    const focus = document.activeElement;
    // A comment that is being typed is not taken away.
    const typing = row.after.contains(focus) && focus.tagName === "TEXTAREA";
    const held = row.detail.contains(focus) || (row.after.contains(focus) && !typing);
    const now = this.desk.now(name);
    const current = this.desk.current === name;
    row.node.classList.toggle("current", current);
    row.node.tabIndex = current ? 0 : -1;
    row.line.replaceChildren(...this.line(row.question, now));
    row.detail.replaceChildren(...(current ? this.detail(row.question, now) : []));
    row.editor.hidden = !current;
    if (!typing) row.after.replaceChildren(...(current ? this.after(row.question, now) : []));
    if (held) row.node.focus({ preventScroll: true });
  }

  line(question, now) {
    const mark = { open: "○", accepted: "✓", changed: "✎", blind: "✎" }[now.how] ?? "○";
    const out = this.desk.ruledOut.has(question.name) && now.how === "open";
    const value = now.status === null ? el("em", { class: "soft" }, say("no_answer_yet")) : shownValue(question, now.value);
    return [
      el("span", { class: `sign ${now.how}`, title: say(`how_${now.how}`) }, el("span", { "aria-hidden": "true" }, mark), el("span", { class: "unseen" }, say(`how_${now.how}`))),
      el("span", { class: "name", id: `label-${question.name}` }, question.label),
      el("span", { class: "said", id: `value-${question.name}` }, el("span", { class: "value" }, value), " ", now.status === null ? null : status(out ? "not_applicable" : now.status)),
      el("span", { class: "beside" }, ...this.beside(question, now)),
    ];
  }

  beside(question, now) {
    const found = [];
    const typed = ["value", "comment"].some((field) => this.desk.drafts.get(question.name, field) !== null);
    if (typed && !now.waiting) found.push(el("span", { class: "status uncertain draft" }, say("not_saved_yet")));
    if (now.problem) found.push(el("span", { class: "status failed" }, say("not_saved")));
    else if (now.waiting) found.push(el("small", {}, say("saving")));
    else if (now.at) found.push(el("small", {}, say("saved_at", { time: clock(now.at) })));
    if (now.comment) found.push(el("span", { title: now.comment, role: "img", "aria-label": say("has_comment") }, "💬"));
    if (now.how === "open" && now.confidence !== null && now.confidence !== undefined) {
      const meter = el("meter", { min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value: now.confidence, "aria-hidden": "true" });
      found.push(el("span", { class: "sure", title: say("sure") }, meter, ` ${new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(now.confidence)}`));
    }
    return found;
  }

  detail(question, now) {
    const desk = this.desk;
    const found = [];
    if (now.problem) found.push(el("p", { class: "problem", role: "alert" }, now.problem));
    const rules = [question.definition, ...question.include.map((one) => say("counts", { what: one })), ...question.exclude.map((one) => say("counts_not", { what: one }))].filter(Boolean);
    if (rules.length) found.push(el("p", { class: "help" }, rules.join(" · ")));
    if (desk.ruledOut.has(question.name)) found.push(el("p", { class: "help" }, say("ruled_out", { when: question.when ?? "" })));
    const model = desk.model.get(question.name);
    if (model && now.how !== "open" && !(model.status === now.status && sameValue(model.value, now.value))) {
      found.push(el("p", { class: "help" }, say("model_said"), " ", shownValue(question, model.value), " ", status(model.status)));
    }
    if (model && model.status === "failed" && now.how === "open") found.push(el("p", { class: "help" }, model.notes.join("; ")));
    for (const one of desk.others.filter((other) => other.variable === question.name)) {
      found.push(el("p", { class: "help" }, say("other_said", { who: one.reviewer }), " ", shownValue(question, one.value), " ", status(one.status), one.comment ? ` “${one.comment}”` : ""));
    }
    if (question.kind === "spans") found.push(...this.mentions(question, now));
    else if (question.kind === "group" && Array.isArray(now.value)) found.push(el("ol", { class: "parts" }, ...now.value.map((item) => el("li", {}, shownItem(question, item)))));
    if (question.kind !== "spans") found.push(this.evidence(question, now));
    if (desk.may) {
      const choices = this.choices(question, now);
      if (choices) found.push(choices);
    }
    return found;
  }

  evidence(question, now) {
    const place = now.evidence;
    if (!place) return el("p", { class: "help evidence" }, now.status && now.value !== null ? say("no_evidence") : "");
    const quote = this.desk.text.text.slice(this.desk.text.toUnits(place.start), this.desk.text.toUnits(place.end));
    return el(
      "p",
      { class: "evidence" },
      el("q", {}, quote.length > 200 ? `${quote.slice(0, 199)}…` : quote),
      this.desk.may ? el("button", { type: "button", class: "quiet small", onclick: () => this.desk.dropEvidence() }, say("drop_evidence")) : null,
    );
  }

  choices(question, now) {
    const keys = choiceKeys(question);
    const options = question.kind === "boolean" ? [{ value: true, label: say("yes") }, { value: false, label: say("no") }] : ["category", "ordinal"].includes(question.kind) ? question.options : [];
    if (!options.length) return null;
    const key = (value) => [...keys].find(([, one]) => one === value)?.[0];
    return el(
      "div",
      { class: "choices", role: "group", "aria-label": question.label },
      ...options.map((one) =>
        el(
          "button",
          { type: "button", class: "small", "aria-pressed": String(now.value === one.value), title: one.definition, "aria-keyshortcuts": key(one.value), onclick: () => this.desk.choose(one.value) },
          key(one.value) ? kbd(key(one.value)) : null, one.label,
        ),
      ),
    );
  }

  mentions(question, now) {
    const list = Array.isArray(now.value) ? now.value : [];
    if (!list.length) return [el("p", { class: "help" }, say("no_mentions"))];
    return [
      el(
        "ul",
        { class: "mentions" },
        ...list.map((one, place) =>
          el(
            "li",
            {},
            el("q", {}, one.text ?? ""), " ",
            question.options.length && this.desk.may ? this.types(question, one, place) : one.type ? labelOf(question, one.type) : null,
            this.desk.may ? el("button", { type: "button", class: "quiet small", "aria-label": say("remove_mention", { words: one.text }), onclick: () => this.desk.removeMention(place) }, "✕") : null,
          ),
        ),
      ),
    ];
  }

  types(question, mention, place) {
    const field = el(
      "select",
      { "aria-label": say("type_of", { words: mention.text }), onchange: () => this.desk.retype(place, question.options[field.selectedIndex].value) },
      ...question.options.map((one) => el("option", { selected: String(one.value) === String(mention.type) }, one.label)),
    );
    return field;
  }

  after(question, now) {
    const desk = this.desk;
    if (!desk.may) return now.comment ? [el("p", { class: "help" }, now.comment)] : [];
    const button = (key, text, action, main = false) =>
      el("button", { type: "button", class: main ? "small main" : "small", "aria-keyshortcuts": key, onclick: action }, kbd(key), text);
    const made = [];
    if (now.how === "open" && desk.acceptable(question.name)) made.push(button("a", say("accept"), () => desk.accept(), true));
    made.push(button("e", say("change"), () => desk.edit()));
    if (question.statuses.includes("not_mentioned")) made.push(button("m", say("mark_not_mentioned"), () => desk.mark("not_mentioned")));
    if (question.statuses.includes("uncertain")) made.push(button("u", say("mark_uncertain"), () => desk.uncertain()));
    if (question.statuses.includes("not_applicable") && (question.when || desk.ruledOut.has(question.name))) made.push(button("x", say("mark_not_applicable"), () => desk.mark("not_applicable")));
    made.push(button("s", say("take_selection"), () => desk.select()));
    made.push(button("c", say("comment"), () => desk.comment()));
    const row = el("div", { class: "row actions" }, ...made);
    return desk.commenting === question.name || now.comment || desk.drafts.get(question.name, "comment") !== null ? [row, this.comment(question, now)] : [row];
  }

  comment(question, now) {
    const desk = this.desk;
    const draft = desk.drafts.get(question.name, "comment");
    const field = el("textarea", {
      rows: 2,
      maxlength: 4000,
      "data-comment": question.name,
      oninput: () => {
        desk.drafts.set(question.name, "comment", field.value);
        note.hidden = false;
      },
      onkeydown: (event) => {
        if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
          event.preventDefault();
          event.stopPropagation();
          desk.saveComment(field.value, event.key === "Enter");
        }
      },
      onchange: () => desk.saveComment(field.value, false),
    });
    field.value = draft ?? now.comment ?? "";
    const note = el("small", {}, now.how === "open" ? say("comment_waits") : say("comment_enter"));
    note.hidden = draft === null;
    return el("label", { class: "comment" }, say("comment"), field, note);
  }
}
