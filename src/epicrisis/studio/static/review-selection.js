// Selecting words of the report by keyboard: arrows go from word to word and from line to line, Shift extends.
import { announce, say } from "./review-dom.js";

const WORD = /[\p{L}\p{N}]+(?:[.,'’/-][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]+/gu;

export class WordCaret {
  constructor(text) {
    this.text = text;
    this.words = [...text.text.matchAll(WORD)].map((found) => ({ start: found.index, end: found.index + found[0].length }));
    this.active = false;
    this.anchor = 0;
    this.focus = 0;
  }

  // Begin at a character of the report. False where there are no words.
  begin(character) {
    if (!this.words.length) return false;
    const unit = this.text.toUnits(character);
    const found = this.words.findIndex((word) => word.end > unit);
    this.anchor = this.focus = found < 0 ? this.words.length - 1 : found;
    this.active = true;
    this.text.place.classList.add("selecting");
    this.text.place.focus({ preventScroll: true });
    this.show();
    return true;
  }

  end() {
    this.active = false;
    this.text.place.classList.remove("selecting");
    window.getSelection().removeAllRanges();
  }

  // Whether the key was one of ours.
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const line = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const edge = { Home: 0, End: this.words.length - 1 }[event.key];
    let to = null;
    if (step) to = this.focus + step;
    else if (line) to = this.onLine(line);
    else if (edge !== undefined) to = edge;
    else return false;
    this.focus = Math.max(0, Math.min(this.words.length - 1, to));
    if (!event.shiftKey) this.anchor = this.focus;
    this.show();
    return true;
  }

  box(index) {
    const { start, end } = this.words[index];
    return this.text.range(start, end).getBoundingClientRect();
  }

  // The word nearest to this one on the next line in a direction.
  onLine(direction) {
    const here = this.box(this.focus);
    let line = null;
    let best = this.focus;
    let nearest = Infinity;
    for (let index = this.focus + direction; index >= 0 && index < this.words.length; index += direction) {
      const box = this.box(index);
      if (Math.abs(box.top - here.top) < here.height / 2) continue;
      if (line === null) line = box.top;
      if (Math.abs(box.top - line) > here.height / 2) break;
      if (Math.abs(box.left - here.left) < nearest) {
        nearest = Math.abs(box.left - here.left);
        best = index;
      }
    }
    return best;
  }

  show() {
    const [first, last] = [Math.min(this.anchor, this.focus), Math.max(this.anchor, this.focus)];
    const range = this.text.range(this.words[first].start, this.words[last].end);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    this.text.reveal(this.box(this.focus));
    announce(say("selected_words", { words: range.toString().slice(0, 200) }));
  }
}
