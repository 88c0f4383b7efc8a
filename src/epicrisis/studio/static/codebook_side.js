// Beside the form: what the model sees, and a report to try the codebook on.
import { send, shown } from "./api.js";
import { difference } from "./codebook_lines.js";

export { difference };

export class Prompt {
  constructor(root, { yaml, say, number }) {
    Object.assign(this, { yaml, say, number });
    const find = (name) => root.querySelector(`[data-${name}]`);
    [this.counter, this.load, this.tokens, this.budget, this.messages] = ["counter", "load", "tokens", "budget", "messages"].map(find);
    this.counter.addEventListener("change", () => this.refresh());
    this.load.addEventListener("click", () => this.refresh(true));
  }

  async refresh(load = false) {
    const asked = (this.asked = (this.asked || 0) + 1);
    this.messages.setAttribute("aria-busy", "true");
    let found = null;
    try {
      found = await send("POST", "/api/codebooks/prompt", { yaml: this.yaml(), engine: this.counter.value || null, load });
    } catch (error) {
      if (asked !== this.asked) return;
      this.messages.replaceChildren();
      this.tokens.textContent = error.code === "codebook" ? this.say("prompt-errors") : [error.message, error.hint].join(" ");
      this.budget.textContent = "";
      this.load.hidden = true;
      return;
    } finally {
      this.messages.removeAttribute("aria-busy");
    }
    if (asked !== this.asked) return;
    const words = { n: this.number(found.tokens), who: found.counted_by };
    this.tokens.textContent = this.say(found.exact ? "tokens" : "estimate", words);
    this.budget.textContent = this.say("budget", { n: this.number(found.budget) });
    this.load.hidden = !found.countable;
    this.messages.replaceChildren(...found.messages.flatMap((message) => [
      Object.assign(document.createElement("h2"), { textContent: this.say(`role-${message.role}`) }),
      Object.assign(document.createElement("pre"), { textContent: message.content }),
    ]));
  }
}

export class Try {
  constructor(root, { yaml, name, say }) {
    Object.assign(this, { yaml, name, say });
    const find = (one) => root.querySelector(`[data-${one}]`);
    this.form = find("try");
    this.alert = this.form.querySelector("[role=alert]");
    [this.reports, this.picker, this.which, this.text, this.engine, this.state, this.outcome, this.answers, this.marked] = ["reports", "picker", "which", "text", "engine", "try-state", "outcome", "answers", "marked"].map(find);
    this.at = 0;
    this.reports.addEventListener("change", () => {
      this.at = 0;
      this.pick();
    });
    for (const button of this.picker.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => {
        this.at = Math.max(0, this.at + Number(button.dataset.step));
        this.pick();
      });
    }
    const usable = [...this.engine.options].find((one) => !one.disabled);
    if (usable) this.engine.value = usable.value;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.begin();
    });
  }

  async pick() {
    this.picker.hidden = !this.reports.value;
    this.alert.hidden = true;
    if (!this.reports.value) return;
    try {
      const found = await send("GET", `/api/codebook-samples?${new URLSearchParams({ reports: this.reports.value, at: this.at })}`);
      this.text.value = found.text;
      this.which.textContent = found.id;
      this.picker.querySelector('[data-step="-1"]').disabled = found.at === 0;
      this.picker.querySelector('[data-step="1"]').disabled = found.last;
    } catch (error) {
      shown(error, this.alert);
    }
  }

  async begin() {
    const button = this.form.querySelector("button.main");
    this.alert.hidden = true;
    button.disabled = true;
    this.state.className = "busy";
    this.state.textContent = this.say("waiting");
    try {
      const begun = await send("POST", "/api/tries", { text: this.text.value, codebook: this.name, codebook_yaml: await this.yaml(), engine: this.engine.value });
      this.id = begun.id;
      await this.follow(begun.id);
    } catch (error) {
      this.state.textContent = "";
      shown(error, this.alert);
    } finally {
      this.state.className = "";
      button.disabled = false;
    }
  }

  async follow(id) {
    for (;;) {
      const found = await send("GET", `/api/tries/${encodeURIComponent(id)}`);
      if (this.id !== id) return;
      this.show(found);
      const { status, before, answered, total } = found.progress;
      if (["finished", "failed", "cancelled"].includes(status)) {
        const words = found.error ? [found.error.message, found.error.hint] : [found.failure, ...(found.notes || [])];
        this.state.replaceChildren(this.badge(status), ` ${words.filter(Boolean).join(" ")}`);
        return;
      }
      this.state.textContent = status === "queued" ? this.say("waiting", { n: before }) : this.say("trying", { n: answered, all: total });
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
  }

  badge(status) {
    const known = document.getElementById("t-statuses").content.querySelector(`[data-status="${CSS.escape(status)}"]`);
    return known ? known.cloneNode(true) : document.createTextNode(status);
  }

  show(found) {
    this.outcome.hidden = false;
    const report = Object.assign(document.createElement("div"), { className: "report", tabIndex: 0 });
    report.setAttribute("role", "region");
    report.setAttribute("aria-label", this.form.querySelector("[data-text]").closest("label").firstChild.textContent.trim());
    for (const piece of found.pieces || []) {
      if (!piece.variables?.length) {
        report.append(piece.text);
        continue;
      }
      const mark = Object.assign(document.createElement("mark"), { textContent: piece.text });
      mark.dataset.variables = piece.variables.join(" ");
      report.append(mark);
    }
    this.marked.replaceChildren(report);
    this.answers.replaceChildren(...(found.answers || []).map((answer) => this.row(answer)));
  }

  row(answer) {
    const row = document.createElement("tr");
    row.dataset.variable = answer.variable;
    row.tabIndex = 0;
    const cell = (...content) => {
      const one = document.createElement("td");
      one.append(...content);
      return one;
    };
    const value = cell(answer.shown ?? "");
    for (const item of answer.items || []) {
      value.append(Object.assign(document.createElement("div"), { textContent: item.map((one) => `${one.label}: ${one.shown || "–"}`).join("; ") }));
    }
    for (const note of answer.notes || []) value.append(document.createElement("br"), Object.assign(document.createElement("small"), { textContent: note }));
    const status = cell(this.badge(answer.so_far || answer.status));
    if (typeof answer.confidence === "number") status.append(` ${Math.round(answer.confidence * 100)} %`);
    row.append(cell(answer.label), value, status);
    return row;
  }
}
