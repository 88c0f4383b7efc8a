// The YAML: line numbers, findings beside their lines, and texts that come in without moving the caret.
export class Text {
  constructor(root, { typed, leaving }) {
    this.area = root.querySelector("[data-yaml]");
    this.gutter = root.querySelector("[data-gutter]");
    this.ghosts = root.querySelector("[data-ghosts]");
    this.findings = [];
    this.area.addEventListener("input", () => {
      this.number();
      this.place();
      typed(this.area.value);
    });
    this.area.addEventListener("scroll", () => this.scrolled());
    this.area.addEventListener("focus", leaving);
    this.area.addEventListener("keydown", (event) => this.indent(event));
    this.number();
  }

  get value() {
    return this.area.value;
  }

  set value(text) {
    if (this.area.value === text) return;
    const { selectionStart, selectionEnd, scrollTop, scrollLeft } = this.area;
    const old = this.area.value;
    this.area.value = text;
    if (document.activeElement === this.area) {
      // The caret stays where it was, counted from the end that did not change.
      const shift = (at) => (old.slice(0, at) === text.slice(0, at) ? at : Math.max(0, text.length - (old.length - at)));
      this.area.setSelectionRange(shift(selectionStart), shift(selectionEnd));
    }
    this.area.scrollTop = scrollTop;
    this.area.scrollLeft = scrollLeft;
    this.number();
    this.place();
  }

  // Two spaces for Tab after a key press of Enter's line; Escape lets Tab leave the field.
  indent(event) {
    if (event.key === "Escape") this.free = true;
    else if (event.key !== "Tab") this.free = false;
    if (event.key === "Enter" && !event.isComposing && !this.area.readOnly) {
      const before = this.area.value.slice(0, this.area.selectionStart);
      const line = before.slice(before.lastIndexOf("\n") + 1);
      const spaces = line.match(/^ *(?:- )?/)[0].replace("-", " ");
      if (!spaces) return;
      event.preventDefault();
      this.area.setRangeText(`\n${spaces}`, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  number() {
    const lines = this.area.value.split("\n").length;
    if (lines !== this.lines) {
      this.lines = lines;
      this.draw();
    }
  }

  show(findings) {
    this.findings = findings;
    this.draw();
    this.place();
  }

  draw() {
    const worst = new Map();
    for (const one of this.findings) if (one.level === "error" || !worst.has(one.line)) worst.set(one.line, one.level);
    const parts = [];
    for (let line = 1; line <= this.lines; line += 1) {
      const level = worst.get(line);
      if (!level) {
        parts.push(`${line}\n`);
        continue;
      }
      parts.push(Object.assign(document.createElement("span"), { className: level, textContent: `${level === "error" ? "✗" : "!"} ${line}` }), "\n");
    }
    this.gutter.replaceChildren(...parts);
    this.scrolled();
  }

  // What a finding says stands behind the end of its line.
  place() {
    const height = parseFloat(getComputedStyle(this.area).lineHeight);
    const lines = this.area.value.split("\n");
    const taken = new Set();
    const notes = [];
    for (const one of this.findings) {
      if (!one.line || taken.has(one.line) || one.line > lines.length) continue;
      taken.add(one.line);
      const note = Object.assign(document.createElement("span"), { className: `ghost ${one.level}`, textContent: one.message });
      note.style.top = `${(one.line - 1) * height}px`;
      note.style.left = `${lines[one.line - 1].length + 3}ch`;
      notes.push(note);
    }
    this.ghosts.replaceChildren(...notes);
    this.scrolled();
  }

  scrolled() {
    this.gutter.scrollTop = this.area.scrollTop;
    this.ghosts.style.transform = `translate(${-this.area.scrollLeft}px, ${-this.area.scrollTop}px)`;
  }

  // Scrolls as little as it takes, and moves no focus.
  reveal(line) {
    const height = parseFloat(getComputedStyle(this.area).lineHeight);
    const top = (line - 1) * height;
    const room = this.area.clientHeight;
    if (top < this.area.scrollTop || top > this.area.scrollTop + room - 6 * height) this.area.scrollTop = Math.max(0, top - 2 * height);
  }

  goTo(line) {
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start, start + (lines[line - 1] || "").length);
    this.area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(this.area).lineHeight));
    this.area.scrollLeft = 0;
  }
}
