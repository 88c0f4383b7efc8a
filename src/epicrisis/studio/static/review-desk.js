// One report under review. What the person does becomes a change at once; what the page shows follows from the changes.
import { announce, say } from "./review-dom.js";
import { Drafts } from "./review-drafts.js";
import { evidence } from "./review-evidence.js";
import { leaving } from "./review-leaving.js";
import { news } from "./review-news.js";
import { Rows } from "./review-rows.js";
import { Saver } from "./review-saving.js";
import { saying } from "./review-saying.js";
import { WordCaret } from "./review-selection.js";
import { showing } from "./review-showing.js";
import { ReportText } from "./review-text.js";

export class Desk {
  constructor(view) {
    this.view = view;
    this.questions = view.questions;
    this.byName = new Map(view.questions.map((one) => [one.name, one]));
    this.model = new Map(view.answers.map((one) => [one.variable, one]));
    this.own = new Map(view.judgements.map((one) => [one.variable, one]));
    this.others = view.others;
    this.ruledOut = new Set(view.ruled_out);
    this.pending = new Map();
    this.problems = new Map();
    this.undone = [];
    this.may = view.may_review && !view.done;
    this.commenting = null;
    this.choosing = false;
    // What was selected when a finger came down: the touch itself drops it.
    this.snapshot = null;
    this.lastType = new Map();
    this.drafts = new Drafts(view.me, view.review.id, view.report_id);
    this.here = `/reviews/${encodeURIComponent(view.review.id)}`;
    this.text = new ReportText(document.getElementById("text"), view.text);
    this.caret = new WordCaret(this.text);
    const versions = new Map(view.judgements.map((one) => [one.variable, one.version]));
    this.saver = new Saver(view.me, view.review.id, view.report_id, versions, {
      saved: (name, saved) => this.saved(name, saved),
      stale: (name, said, current) => this.stale(name, said, current),
      refused: (name, said, error) => this.refused(name, said, error),
      moved: () => this.showSaving(),
    });
    this.current = this.first();
    this.rows = new Rows(document.getElementById("answers"), this);
    this.showBroken(view.broken);
    this.go(this.current, { focus: document.activeElement === document.body });
    this.restore();
  }

  // What holds now

  now(name) {
    const model = this.model.get(name);
    const judged = this.own.get(name);
    const said = this.pending.get(name);
    const problem = this.problems.get(name) ?? null;
    const waiting = this.pending.has(name);
    if (said === null || (!waiting && !judged)) return { ...this.open(model, name), problem, waiting };
    if (waiting && said.accept) return { ...this.open(model, name), how: "accepted", comment: said.comment ?? "", problem, waiting };
    if (waiting) return { ...said, how: this.view.hidden ? "blind" : "changed", at: null, problem, waiting };
    const evidence = judged.start === null ? null : { start: judged.start, end: judged.end };
    return { status: judged.status, value: judged.value, evidence, comment: judged.comment, how: judged.how, at: judged.at, problem, waiting };
  }

  open(model, name) {
    const draft = this.drafts.get(name, "evidence");
    const evidence = draft ?? (model && model.start !== null ? { start: model.start, end: model.end } : null);
    return { status: model?.status ?? null, value: model?.value ?? null, evidence, comment: "", how: "open", at: null, confidence: model?.confidence ?? null };
  }

  question(name = this.current) {
    return this.byName.get(name);
  }

  acceptable(name) {
    const model = this.model.get(name);
    return model !== undefined && model.status !== "failed";
  }

  first() {
    const open = this.questions.find((one) => !this.own.has(one.name));
    return (open ?? this.questions[0]).name;
  }

  isOpen(name) {
    return this.now(name).how === "open" && !this.ruledOut.has(name);
  }

  // Moving about

  go(name, { focus = true } = {}) {
    const before = this.current;
    this.current = name;
    this.choosing = false;
    this.commenting = null;
    if (before !== name && this.drafts.get(before, "value") === null) this.rows.row(before).editor.replaceChildren();
    this.rows.draw(before);
    this.rows.draw(name);
    const row = this.rows.row(name);
    if (focus) row.node.focus({ preventScroll: true });
    row.node.scrollIntoView({ block: "nearest" });
    this.showMarks();
    document.getElementById("taking").textContent = this.question().label;
  }

  step(by) {
    const place = this.questions.findIndex((one) => one.name === this.current) + by;
    if (place >= 0 && place < this.questions.length) this.go(this.questions[place].name);
  }

  // The next one after this that a test holds for, from the beginning again behind the last.
  after(test) {
    const place = this.questions.findIndex((one) => one.name === this.current);
    return [...this.questions.slice(place + 1), ...this.questions.slice(0, place)].find((one) => test(one.name));
  }

  forward() {
    const next = this.after((name) => this.isOpen(name));
    if (next) this.go(next.name);
    else if (!this.isOpen(this.current)) {
      this.rows.row(this.current).node.focus();
      announce(say("all_judged"));
    }
  }

  nextUrgent() {
    const next = this.after((name) => this.isOpen(name) && (this.view.hidden || this.model.get(name).urgent));
    if (next) this.go(next.name);
    else this.tell(say(this.view.hidden ? "no_open" : "no_urgent"));
  }

  rest() {
    this.choosing = false;
    this.rows.row(this.current).node.focus();
  }
}

Object.assign(Desk.prototype, saying, evidence, news, leaving, showing);
