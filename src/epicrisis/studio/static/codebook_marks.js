// Findings beside what they are about, and the focus kept while the form is drawn anew. Methods of the form.
import { isMap } from "./codebook_fields.js";

export const marks = {
  show(findings) {
    this.findings = findings;
    this.mark();
  },

  // Findings where they belong: at the field, at its card while that is closed, at whatever holds it.
  mark() {
    for (const holder of this.root.querySelectorAll("[data-findings]")) holder.replaceChildren();
    for (const holder of this.root.querySelectorAll("[data-marks]")) holder.replaceChildren();
    for (const one of this.root.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    const counts = new Map();
    for (const finding of this.findings) {
      let place = finding.place;
      let [element, holder] = this.holder(place);
      while (!holder && place.length) {
        place = place.slice(0, -1);
        [element, holder] = this.holder(place);
      }
      if (!holder) continue;
      const text = Object.assign(document.createElement("span"), { className: `finding ${finding.level}`, textContent: `${finding.message} ${finding.fix}`.trim() });
      holder.append(text);
      if (finding.level === "error" && !element.matches(".variable")) element.querySelector("input, textarea, select")?.setAttribute("aria-invalid", "true");
      for (let card = element.closest(".variable"); card; card = card.parentElement.closest(".variable")) {
        const count = counts.get(card) || { error: 0, warning: 0 };
        count[finding.level] += 1;
        counts.set(card, count);
      }
    }
    for (const [card, count] of counts) {
      const marks = card.querySelector("[data-marks]");
      for (const level of ["error", "warning"]) {
        if (!count[level]) continue;
        const words = count[level] === 1 ? this.say(level) : this.say(`${level}s`, { n: count[level] });
        marks.append(Object.assign(document.createElement("span"), { className: `mark ${level}`, textContent: words }));
      }
    }
  },

  holder(place) {
    const element = this.element(place);
    const holder = element?.querySelector(":scope > [data-findings]") || (element?.matches(".variable") ? null : element?.querySelector("[data-findings]"));
    return [element, holder || null];
  },

  // Opens what holds a place, and goes there.
  goTo(place) {
    for (let length = 2; length <= place.length; length += 1) {
      const part = place.slice(0, length);
      if (isMap(this.at(part)) && ["variables", "derive"].includes(part.at(-2))) this.open.add(this.key(part));
    }
    this.draw();
    let element = null;
    for (let length = place.length; length && !element; length -= 1) element = this.element(place.slice(0, length));
    for (let holder = element?.closest("details"); holder; holder = holder.parentElement.closest("details")) holder.open = true;
    const field = element?.querySelector("input, textarea, select, button");
    field?.focus();
    element?.scrollIntoView({ block: "center" });
  },

  focused() {
    const active = document.activeElement;
    const holder = this.fields.contains(active) ? active.closest("[data-place]") : null;
    if (!holder) return null;
    const at = [...holder.querySelectorAll("input, textarea, select, button")].indexOf(active);
    let caret = null;
    try {
      caret = active.selectionStart === undefined ? null : [active.selectionStart, active.selectionEnd];
    } catch {
      // Fields of numbers have no caret to read.
    }
    return { place: holder.dataset.place, at, caret };
  },

  refocus(focus) {
    if (!focus) return;
    const holder = this.root.querySelector(`[data-place="${CSS.escape(focus.place)}"]`);
    const found = holder?.querySelectorAll("input, textarea, select, button")[focus.at];
    if (!found || found === document.activeElement) return;
    found.focus({ preventScroll: true });
    if (focus.caret?.[0] !== null && focus.caret) {
      try {
        found.setSelectionRange(...focus.caret);
      } catch {
        // Not every field has one.
      }
    }
  },
};
