// Being done with a report, and going to another one. Parts of the desk.
import { send } from "./api.js";
import { whatOfTheRest } from "./review-dialogs.js";
import { say } from "./review-dom.js";

export const leaving = {
  async finish(rest = null) {
    if (this.view.done) {
      await this.later();
      return;
    }
    if (!this.allowed()) return;
    const typed = [...this.drafts.of("value"), ...this.drafts.of("comment")].find((name) => this.byName.has(name) && !this.pending.has(name));
    if (typed) {
      this.go(typed);
      this.tell(say("typed_not_saved", { label: this.question(typed).label }));
      return;
    }
    if (!(await this.saver.settled())) {
      this.tell(say("wait_for_saving"));
      return;
    }
    try {
      this.leave(await send("PUT", `/api${this.here}/done`, { report_id: this.view.report_id, done: true, rest }));
    } catch (error) {
      if (error.code === "unjudged") await this.askOfTheRest(error.body.variables, rest);
      else this.tell([error.message, error.hint].filter(Boolean).join(" "), true);
    }
  },

  async askOfTheRest(names, rest) {
    if (rest !== null) {
      this.go(names[0]);
      this.tell(say("still_open", { label: this.question(names[0]).label }));
      return;
    }
    const chosen = await whatOfTheRest(names.map((name) => this.question(name).label), this.view.hidden);
    if (chosen === null) this.go(names[0]);
    else await this.finish(chosen);
  },

  async reopen() {
    if (!this.view.done || !this.view.may_review) return;
    try {
      await send("PUT", `/api${this.here}/done`, { report_id: this.view.report_id, done: false });
      window.location.reload();
    } catch (error) {
      this.tell([error.message, error.hint].filter(Boolean).join(" "), true);
    }
  },

  async later() {
    if (!this.view.may_review) return;
    if (!(await this.saver.settled())) {
      this.tell(say("wait_for_saving"));
      return;
    }
    try {
      const next = await send("POST", `/api${this.here}/next`, { after: this.view.report_id });
      if (next.report_id === null && next.progress.left) this.tell(say("no_other"));
      else this.leave(next);
    } catch (error) {
      this.tell([error.message, error.hint].filter(Boolean).join(" "), true);
    }
  },

  previous() {
    if (this.view.previous === null) this.tell(say("no_previous"));
    else window.location.assign(this.address(this.view.previous));
  },

  leave(next) {
    window.location.assign(next.report_id === null ? this.here : this.address(next.report_id));
  },

  address(report) {
    return `${this.here}/report?id=${encodeURIComponent(report)}`;
  },
};
