// Every change is sent at once, one at a time for each answer. What could not be sent is kept, shown and tried again.
import { Refusal, send } from "./api.js";

const FIRST = 2000;
const LONGEST = 30000;

export class Saver {
  // tell: { saved(name, answer), stale(name, said, current), refused(name, said, error), moved() }
  constructor(person, review, report, versions, tell) {
    this.address = `/api/reviews/${encodeURIComponent(review)}/judgement`;
    this.report = report;
    this.versions = versions;
    this.tell = tell;
    this.key = `epicrisis-unsaved/${person}/${review}/${report}`;
    this.waiting = new Map();
    this.sending = new Map();
    this.held = new Set();
    this.delay = FIRST;
    this.trouble = null;
    this.timer = null;
    window.addEventListener("online", () => this.retry());
    window.addEventListener("beforeunload", (event) => {
      if (this.open && !this.leaving) event.preventDefault();
    });
  }

  // How many changes are not saved yet.
  get open() {
    return new Set([...this.waiting.keys(), ...this.sending.keys()]).size;
  }

  // What was not saved when the page was left.
  kept() {
    const kept = sessionStorage.getItem(this.key);
    return kept === null ? [] : JSON.parse(kept);
  }

  // Whether this tab saved something a moment ago that the page, asked for at the same time, does not know yet.
  missed(versions) {
    const kept = sessionStorage.getItem(`${this.key}/last`);
    sessionStorage.removeItem(`${this.key}/last`);
    if (kept === null) return false;
    const { name, version, at } = JSON.parse(kept);
    return Date.now() - at < 10000 && version > (versions.get(name) ?? 0);
  }

  // said: what holds now ({accept} or {status, value, evidence, comment}); null takes the judgement back.
  put(name, said, version = this.versions.get(name) ?? 0) {
    this.waiting.set(name, { said, version });
    this.remember();
    this.next(name);
  }

  // Resolves when nothing is left to save; false if something cannot be saved now.
  async settled() {
    while (this.sending.size) await Promise.race([...this.sending.values()].map((one) => one.done));
    return this.open === 0;
  }

  retry() {
    window.clearTimeout(this.timer);
    this.trouble = null;
    for (const name of [...this.waiting.keys()]) this.next(name);
    this.tell.moved();
  }

  // Of two versions, ours: it is sent once more, resting on the other one.
  insist(name, current) {
    const version = current === null ? 0 : current.version;
    this.versions.set(name, version);
    this.held.delete(name);
    if (this.waiting.has(name)) this.waiting.get(name).version = version;
    this.next(name);
  }

  // Of two versions, the other one.
  giveWay(name, current) {
    this.versions.set(name, current === null ? 0 : current.version);
    this.held.delete(name);
    this.waiting.delete(name);
    this.remember();
    this.tell.moved();
  }

  next(name) {
    if (this.sending.has(name) || this.held.has(name) || !this.waiting.has(name)) return;
    const change = this.waiting.get(name);
    this.waiting.delete(name);
    this.sending.set(name, { ...change, done: this.deliver(name, change) });
    this.tell.moved();
  }

  async deliver(name, change) {
    // Only after it stands in the list of those being sent.
    await Promise.resolve();
    let saved;
    try {
      saved = await this.request(name, change);
    } catch (error) {
      this.sending.delete(name);
      this.failed(name, change, error);
      this.tell.moved();
      return;
    }
    this.delay = FIRST;
    this.trouble = null;
    const version = saved.judgement === null ? 0 : saved.judgement.version;
    this.versions.set(name, version);
    keep(`${this.key}/last`, { name, version, at: Date.now() });
    if (this.waiting.has(name)) this.waiting.get(name).version = version;
    this.sending.delete(name);
    this.remember();
    this.tell.saved(name, saved);
    this.next(name);
    this.tell.moved();
  }

  request(name, { said, version }) {
    if (said === null) {
      const query = new URLSearchParams({ id: this.report, variable: name, version });
      return send("DELETE", `${this.address}?${query}`);
    }
    return send("PUT", this.address, { report_id: this.report, variable: name, version, ...said });
  }

  failed(name, change, error) {
    const known = error instanceof Refusal;
    if (known && error.code === "stale") {
      const latest = this.waiting.get(name) ?? change;
      this.waiting.set(name, latest);
      this.held.add(name);
      this.remember();
      this.tell.stale(name, latest.said, error.body.current ?? null);
      return;
    }
    // Nobody answers, the server is busy, or the session ended: it may go better later.
    const later = !known || error.status >= 500 || [401, 403, 408, 429].includes(error.status);
    if (!later) {
      this.remember();
      this.tell.refused(name, change.said, error);
      this.next(name);
      return;
    }
    this.leaving = known && error.status === 401;
    if (!this.waiting.has(name)) this.waiting.set(name, change);
    this.remember();
    this.trouble = error;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.retry(), this.delay);
    this.delay = Math.min(LONGEST, this.delay * 2);
  }

  remember() {
    const open = [...this.sending, ...this.waiting].map(([name, { said, version }]) => ({ name, said, version }));
    if (open.length) keep(this.key, open);
    else sessionStorage.removeItem(this.key);
  }
}

function keep(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The tab's storage is full: what is open is tried again as long as the page is there.
  }
}
