// Saying what holds for an answer: accepting, choosing, typing, marking, commenting, undoing. Parts of the desk.
import { say } from "./review-dom.js";
import { editor } from "./review-editors.js";
import { sameValue } from "./review-values.js";

export const saying = {
  allowed() {
    if (this.may) return true;
    this.tell(say(this.view.done ? "is_done" : "may_not"));
    return false;
  },

  change(name, said) {
    if (!this.allowed()) return;
    const before = this.now(name);
    this.undone.push({ name, before: before.how === "open" ? null : this.said(before) });
    const comment = this.drafts.get(name, "comment") ?? said.comment ?? before.comment ?? "";
    this.send(name, { ...said, comment });
  },

  said({ status, value, evidence, comment }) {
    return { status, value, evidence, comment };
  },

  send(name, said) {
    this.pending.set(name, said);
    this.problems.delete(name);
    this.saver.put(name, said);
    this.rows.draw(name);
    this.showMarks();
  },

  accept() {
    if (!this.allowed()) return;
    const now = this.now(this.current);
    if (now.how !== "open") this.forward();
    else if (!this.acceptable(this.current)) {
      this.tell(say("nothing_to_accept"));
      this.edit();
    } else {
      this.change(this.current, { accept: true });
      this.forward();
    }
  },

  choose(value) {
    const now = this.now(this.current);
    if (now.how === "open" && this.acceptable(this.current) && sameValue(now.value, value)) {
      this.change(this.current, { accept: true });
    } else {
      this.change(this.current, { status: this.statusFor(now), value, evidence: now.evidence, comment: now.comment });
    }
    this.drop(this.current);
    this.rest();
  },

  // With a value: uncertain only where the person said so.
  statusFor(now) {
    const allowed = this.question().statuses;
    if (now.how !== "open" && now.status === "uncertain") return "uncertain";
    return ["stated", "inferred", "uncertain"].find((one) => allowed.includes(one)) ?? "stated";
  },

  mark(status) {
    if (!this.allowed()) return;
    this.change(this.current, { status, value: null, evidence: null });
    this.drop(this.current);
    this.forward();
  },

  uncertain() {
    if (!this.allowed()) return;
    const now = this.now(this.current);
    if (now.value === null) {
      this.tell(say("uncertain_needs_value"));
      this.edit();
      return;
    }
    this.change(this.current, { ...this.said(now), status: now.status === "uncertain" ? "stated" : "uncertain" });
    this.rest();
  },

  edit(first = null) {
    if (!this.allowed()) return;
    const question = this.question();
    if (question.kind === "spans") {
      this.select();
      return;
    }
    if (question.kind === "boolean") {
      this.choosing = true;
      this.tell(say("yes_or_no"));
      return;
    }
    this.openEditor(this.current, first).focus();
  },

  openEditor(name, first = null) {
    const draft = this.drafts.get(name, "value");
    const made = editor(this.question(name), first ?? draft ?? this.now(name).value, {
      done: (value) => this.typed(name, value),
      cancel: () => {
        this.drop(name);
        this.rows.draw(name);
        this.rest();
      },
      changed: (raw) => {
        const fresh = this.drafts.get(name, "value") === null;
        this.drafts.set(name, "value", raw);
        if (fresh) this.rows.draw(name);
      },
    });
    if (first !== null) this.drafts.set(name, "value", first);
    this.rows.row(name).editor.replaceChildren(made.node);
    return made;
  },

  typed(name, value) {
    if (typeof value === "string" && !value.trim()) {
      this.tell(say("type_something"));
      return;
    }
    const now = this.now(name);
    this.change(name, { status: this.statusFor(now), value, evidence: now.evidence, comment: now.comment });
    this.rows.row(name).editor.replaceChildren();
    this.rest();
  },

  drop(name) {
    this.drafts.drop(name, "value");
    this.rows.row(name).editor.replaceChildren();
  },

  comment() {
    if (!this.allowed()) return;
    this.commenting = this.current;
    this.rows.draw(this.current);
    this.rows.row(this.current).after.querySelector("textarea").focus();
  },

  saveComment(text, here) {
    const name = this.current;
    const now = this.now(name);
    if (text.trim() === now.comment) this.drafts.drop(name, "comment");
    else if (now.how === "open") this.tell(say("comment_waits"));
    else this.change(name, { ...this.said(now), comment: text.trim() });
    if (here) {
      this.commenting = null;
      this.rest();
      this.rows.draw(name);
    }
  },

  undo() {
    if (!this.allowed()) return;
    const last = this.undone.pop();
    if (!last) {
      this.tell(say("nothing_to_undo"));
      return;
    }
    this.go(last.name);
    this.send(last.name, last.before);
    this.tell(say("undone", { label: this.question(last.name).label }));
  },
};
