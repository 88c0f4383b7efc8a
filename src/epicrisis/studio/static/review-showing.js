// What people see of it all: marks, what is saved, short words. Parts of the desk.
import { announce, clock, el, say } from "./review-dom.js";

const root = document.getElementById("review");
export const wide = window.matchMedia("(min-width: 62rem)");

export const showing = {
  showMarks(light = true) {
    const marks = this.questions.flatMap(({ name, kind }) => {
      const now = this.now(name);
      const places = kind === "spans" ? (Array.isArray(now.value) ? now.value : []) : now.how === "open" && !this.drafts.get(name, "evidence") ? (this.model.get(name)?.places ?? []) : now.evidence ? [now.evidence] : [];
      return places.filter((one) => typeof one.start === "number").map(({ start, end }) => ({ start, end, variable: name }));
    });
    const chosen = this.caret.active || this.text.selected() !== null;
    // Drawing anew would drop what is being selected.
    const key = JSON.stringify(marks);
    if (key !== this.drawn && !chosen) {
      this.text.show(marks, this.current);
      this.drawn = key;
    }
    if (light) this.text.light(this.current);
  },

  showBroken(broken) {
    const place = document.getElementById("broken");
    place.hidden = !broken.length;
    place.replaceChildren(...broken.map((one) => el("li", {}, one.message, " (", one.variables.map((name) => this.question(name)?.label ?? name).join(", "), ")")));
  },

  showSaving() {
    const place = document.getElementById("saving");
    const open = this.saver.open;
    const retry = document.getElementById("retry");
    retry.hidden = !this.saver.trouble;
    place.className = this.saver.trouble ? "saving trouble" : open ? "saving" : "saving good";
    if (this.saver.trouble) {
      place.textContent = say("not_saved_count", { n: open });
      retry.title = [this.saver.trouble.message, this.saver.trouble.hint].filter(Boolean).join(" ");
      announce(place.textContent);
    } else if (open) place.textContent = say("saving");
    else place.textContent = say("all_saved", { time: clock(new Date()) });
    this.showJudged();
  },

  showJudged() {
    const judged = this.questions.filter((one) => this.now(one.name).how !== "open").length;
    document.getElementById("judged").textContent = say("judged_of", { n: judged, all: this.questions.length });
  },

  // A short word that everybody sees and hears.
  tell(text, bad = false) {
    const place = document.getElementById("told");
    place.textContent = text;
    place.classList.toggle("bad", bad);
    place.hidden = false;
    window.clearTimeout(this.hiding);
    this.hiding = window.setTimeout(() => (place.hidden = true), bad ? 15000 : 6000);
    announce(text);
  },

  // On narrow screens one of the two is shown.
  pane(name) {
    root.dataset.pane = name;
    for (const tab of document.querySelectorAll("[data-show]")) tab.setAttribute("aria-selected", String(tab.dataset.show === name));
    if (!wide.matches) window.scrollTo({ top: 0 });
  },

  restore() {
    if (this.saver.missed(this.saver.versions)) {
      window.location.reload();
      return;
    }
    for (const name of this.drafts.of("value")) if (this.byName.has(name) && this.may) this.openEditor(name);
    let kept = 0;
    for (const { name, said, version } of this.saver.kept()) {
      if (!this.byName.has(name) || !this.may) continue;
      this.pending.set(name, said);
      this.saver.put(name, said, version);
      kept += 1;
    }
    if (kept) this.tell(say("restored"));
    for (const one of this.questions) this.rows.draw(one.name);
    this.showJudged();
  },
};
