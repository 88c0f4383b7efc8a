// What the studio says to a change: saved, refused, or changed elsewhere. Parts of the desk.
import { chooseVersion } from "./review-dialogs.js";
import { announce, say } from "./review-dom.js";
import { sameValue, shownValue } from "./review-values.js";

export const news = {
  saved(name, { judgement, ruled_out: ruledOut, broken }) {
    const said = this.pending.get(name);
    const latest = !this.saver.waiting.has(name);
    if (judgement === null) this.own.delete(name);
    else this.own.set(name, judgement);
    if (judgement !== null) {
      if ((this.drafts.get(name, "comment") ?? "").trim() === judgement.comment) this.drafts.drop(name, "comment");
      this.drafts.drop(name, "evidence");
    }
    if (latest) {
      this.pending.delete(name);
      // What was typed since then is another draft.
      if (said && sameValue(this.drafts.get(name, "value"), said.value)) this.drafts.drop(name, "value");
    }
    this.ruledOut = new Set(ruledOut);
    for (const one of this.questions) this.rows.draw(one.name);
    this.showMarks(false);
    this.showBroken(broken);
    if (latest) announce(say("saved_as", { label: this.question(name).label, value: shownValue(this.question(name), this.now(name).value) || say(`status_${this.now(name).status}`) }));
  },

  refused(name, said, error) {
    this.pending.delete(name);
    this.problems.set(name, [error.message, error.hint].filter(Boolean).join(" "));
    if (said && !said.accept && said.value !== null && !["spans", "boolean"].includes(this.question(name).kind)) {
      this.drafts.set(name, "value", said.value);
      this.openEditor(name);
    }
    this.undone = this.undone.filter((one) => one.name !== name);
    if (error.code === "done" || error.code === "closed") this.may = false;
    this.go(name, { focus: !isTyping() });
  },

  async stale(name, said, current) {
    this.showSaving();
    const question = this.question(name);
    const mine = said === null ? null : said.accept ? { ...this.open(this.model.get(name), name), comment: said.comment } : said;
    if (current === null) this.own.delete(name);
    else this.own.set(name, current);
    if (await chooseVersion(question, mine, current)) {
      this.saver.insist(name, current);
      return;
    }
    this.saver.giveWay(name, current);
    this.pending.delete(name);
    this.drop(name);
    this.undone = this.undone.filter((one) => one.name !== name);
    this.rows.draw(name);
    this.go(name);
  },
};

function isTyping() {
  return ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement?.tagName);
}
