// The report's text: what is evidence is marked, and places in it are counted in characters, as the studio counts them.
import { el } from "./review-dom.js";

export class ReportText {
  constructor(place, text) {
    this.place = place;
    this.text = text ?? "";
    // A character beyond the first 65,536 is two units of a JavaScript string.
    this.units = null;
    if (/[\u{10000}-\u{10FFFF}]/u.test(this.text)) {
      this.units = [];
      let unit = 0;
      for (const character of this.text) {
        this.units.push(unit);
        unit += character.length;
      }
      this.units.push(unit);
    }
  }

  toUnits(character) {
    return this.units ? this.units[Math.min(character, this.units.length - 1)] : character;
  }

  toCharacters(unit) {
    if (!this.units) return unit;
    let [low, high] = [0, this.units.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.units[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // marks: [{ start, end, variable }] in characters. The text in pieces that do not overlap.
  show(marks, current) {
    const known = marks
      .map((mark) => ({ ...mark, start: this.toUnits(mark.start), end: this.toUnits(mark.end) }))
      .filter((mark) => mark.start < mark.end);
    const borders = [...new Set([0, this.text.length, ...known.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
    const pieces = [];
    for (let place = 0; place + 1 < borders.length; place += 1) {
      const [start, end] = [borders[place], borders[place + 1]];
      const names = [...new Set(known.filter((mark) => mark.start <= start && end <= mark.end).map((mark) => mark.variable))];
      const words = this.text.slice(start, end);
      pieces.push(names.length ? el("mark", { "data-variables": names.join(" "), class: names.includes(current) ? "on" : null }, words) : words);
    }
    this.place.replaceChildren(...pieces);
  }

  // Light up the evidence of one variable and bring it into view.
  light(name) {
    let first = null;
    for (const mark of this.place.querySelectorAll("mark")) {
      const on = mark.dataset.variables.split(" ").includes(name);
      mark.classList.toggle("on", on);
      if (on && first === null) first = mark;
    }
    if (first) this.reveal(first.getBoundingClientRect());
  }

  // Scroll the text alone, so that the page stays where it is.
  reveal(box) {
    const frame = this.place.getBoundingClientRect();
    if (box.top < frame.top + 20) this.place.scrollTop += box.top - frame.top - frame.height / 4;
    else if (box.bottom > frame.bottom - 20) this.place.scrollTop += box.bottom - frame.bottom + frame.height / 4;
  }

  // The selected part of the text in characters; null where nothing of it is selected.
  selected() {
    const selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!this.place.contains(range.startContainer) || !this.place.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(this.place);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length;
    const chosen = range.toString();
    if (!chosen.trim()) return null;
    return { start: this.toCharacters(start), end: this.toCharacters(start + chosen.length), words: chosen };
  }

  // The range of units start to end, as the browser has ranges.
  range(start, end) {
    const range = document.createRange();
    const walker = document.createTreeWalker(this.place, NodeFilter.SHOW_TEXT);
    let passed = 0;
    let begun = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.data.length;
      if (!begun && start < passed + length) {
        range.setStart(node, start - passed);
        begun = true;
      }
      if (begun && end <= passed + length) {
        range.setEnd(node, end - passed);
        break;
      }
      passed += length;
    }
    return range;
  }
}
