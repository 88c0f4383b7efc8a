// Taking words of the report as evidence, or as mentions. Parts of the desk.
import { say } from "./review-dom.js";

export const evidence = {
  select(type) {
    if (!this.allowed()) return;
    const chosen = this.text.selected() ?? this.snapshot;
    this.snapshot = null;
    if (chosen) this.take(chosen, type);
    else this.beginSelecting();
  },

  beginSelecting() {
    this.pane("text");
    if (this.caret.begin(this.now(this.current).evidence?.start ?? 0)) this.tell(say("selecting"));
    else this.tell(say("no_text"));
  },

  stopSelecting() {
    this.caret.end();
    this.pane("answers");
    this.rest();
    this.tell(say("selecting_ended"));
  },

  take({ start, end, words }, type) {
    const [name, question, now] = [this.current, this.question(), this.now(this.current)];
    this.caret.end();
    this.pane("answers");
    if (question.kind === "spans") {
      this.addMention({ start, end, text: words, type: type ?? this.lastType.get(name) ?? question.options[0]?.value ?? null });
    } else if (now.value !== null && now.status !== "failed") {
      this.change(name, { ...this.said(now), status: now.status === "inferred" ? "stated" : now.status, evidence: { start, end } });
    } else if (question.kind === "text") {
      this.change(name, { status: this.statusFor(now), value: words, evidence: { start, end } });
    } else {
      this.drafts.set(name, "evidence", { start, end });
      this.rows.draw(name);
      this.showMarks();
      this.tell(say("evidence_waits"));
    }
    this.rest();
  },

  dropEvidence() {
    const now = this.now(this.current);
    this.drafts.drop(this.current, "evidence");
    if (now.how !== "open" || now.value !== null) this.change(this.current, { ...this.said(now), evidence: null });
    this.rows.draw(this.current);
  },

  typeFor(key) {
    return /^[1-9]$/.test(key) && this.question().kind === "spans" ? this.question().options[Number(key) - 1]?.value : undefined;
  },

  mentions() {
    const value = this.now(this.current).value;
    return Array.isArray(value) ? value : [];
  },

  addMention(mention) {
    this.lastType.set(this.current, mention.type);
    this.setMentions([...this.mentions(), mention]);
  },

  removeMention(place) {
    this.setMentions(this.mentions().filter((_one, index) => index !== place));
  },

  retype(place, type) {
    this.lastType.set(this.current, type);
    this.setMentions(this.mentions().map((one, index) => (index === place ? { ...one, type } : one)));
  },

  setMentions(list) {
    const now = this.now(this.current);
    if (list.length) this.change(this.current, { status: this.statusFor(now), value: list, evidence: null });
    else this.change(this.current, { status: "not_mentioned", value: null, evidence: null });
    this.rest();
  },
};
