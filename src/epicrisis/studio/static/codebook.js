// The builder: form and YAML in step by way of the server, drafts that outlive a reload, saving.
import { send, shown } from "./api.js";
import { Form } from "./codebook_form.js";
import { difference, Prompt, Try } from "./codebook_side.js";
import { Text } from "./codebook_text.js";

const root = document.querySelector("[data-builder]");
const find = (name) => root.querySelector(`[data-${name}]`) || document.querySelector(`[data-${name}]`);
const { name } = root.dataset;
const address = `/api/codebooks/${encodeURIComponent(name)}`;
const editing = root.dataset.editing === "yes";
const DRAFT = `codebook:${name}`;
const PAUSE = 250;

function say(which, values = {}) {
  const key = `say-${which}`.replace(/-(\w)/g, (_all, letter) => letter.toUpperCase());
  return Object.entries(values).reduce((text, [one, value]) => text.replaceAll(`{${one}}`, () => String(value)), root.dataset[key] ?? which);
}
const number = (value) => new Intl.NumberFormat(document.documentElement.lang).format(value);

const state = {
  saved: find("yaml").value,
  yaml: find("yaml").value, // the text that the server saw last
  base: Number(root.dataset.base) || null,
  digest: root.dataset.digest,
  content: { variables: [] },
  conditions: {},
  errors: 0,
  past: [],
  future: [],
};
let changes = 0; // counts what was done here, to know which answers are of yesterday
let pending = null; // "form" or "yaml": what the server has not seen yet
let timer = null;
let checking = Promise.resolve();
let rewrite = false;
let queued = []; // changes of the form made while the server reads the YAML

const text = new Text(root, { typed, leaving: () => pending === "form" && flush() });
const form = new Form(find("form"), {
  content: () => state.content,
  conditions: () => state.conditions,
  words: JSON.parse(root.dataset.words),
  change,
  say,
  editing,
  announce: (words) => notice(words, "spoken"),
});
const prompt = new Prompt(root, { yaml: () => state.yaml, say, number });
new Try(root, {
  name,
  say,
  yaml: async () => {
    await flush();
    return state.yaml;
  },
});

// ---- keeping in step -------------------------------------------------------------------------------------

function change(edit) {
  if (!editing) return;
  edit(state.content);
  if (pending === "yaml") queued.push(edit);
  else later("form");
  keep();
}

function typed(yaml) {
  later("yaml");
  keep(yaml);
}

function later(which) {
  pending = which;
  changes += 1;
  find("yaml").readOnly = !editing || which === "form";
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
  mark();
}

// Sends what the server has not seen; when it is done, form and YAML say the same.
function flush() {
  clearTimeout(timer);
  if (pending) checking = checking.then(check);
  return checking;
}

async function check() {
  if (!pending) return;
  const [which, mine] = [pending, changes];
  const body = { yaml: which === "yaml" ? text.value : state.yaml, rewrite };
  if (which === "form") body.document = state.content;
  let found;
  try {
    found = await send("POST", "/api/codebooks/check", body);
  } catch (error) {
    if (mine !== changes) return;
    if (error.status && error.status < 500) {
      shown(error, find("alert"));
      return;
    }
    notice(say("offline"), "warn", "offline");
    timer = setTimeout(flush, 3000);
    return;
  }
  drop("offline");
  find("alert").hidden = true;
  rewrite = false;
  if (mine !== changes) return; // something newer is on its way
  pending = null;
  find("yaml").readOnly = !editing;
  if (found.asks) {
    ask(found);
    return;
  }
  remember(found.yaml);
  accept(found, which);
  if (found.lost.length) lost(found.lost);
}

function accept(found, which) {
  state.yaml = found.yaml;
  state.conditions = found.conditions;
  state.lines = found.lines;
  state.errors = found.errors;
  state.now = found.digest;
  text.value = found.yaml;
  text.show(found.findings);
  const waits = find("waits");
  waits.hidden = found.document !== null;
  find("fields").inert = found.document === null;
  if (found.document === null) {
    waits.querySelector("p").textContent = say("unreadable");
  } else {
    state.content = found.document;
    const waiting = queued;
    queued = [];
    for (const edit of waiting) {
      try {
        edit(state.content);
      } catch {
        // What it was about is gone.
      }
    }
    if (which !== "form" || form.stale) form.draw();
    form.stale = false;
    if (waiting.length) later("form");
  }
  form.show(found.findings);
  list(found);
  keep();
  mark();
  if (root.dataset.tab === "prompt") prompt.refresh();
}

function list(found) {
  const counted = [];
  for (const level of ["error", "warning"]) {
    const many = found[`${level}s`];
    if (many) counted.push(Object.assign(document.createElement("span"), { className: `mark ${level}`, textContent: many === 1 ? say(level) : say(`${level}s`, { n: many }) }));
  }
  find("count").replaceChildren(...(counted.length ? counted : [Object.assign(document.createElement("span"), { className: "mark fine", textContent: say("fine") })]));
  const rows = found.findings.map((one) => {
    const row = Object.assign(document.createElement("li"), { className: one.level });
    const words = Object.assign(document.createElement("span"), { textContent: `${one.message} ${one.fix}`.trim() });
    const go = Object.assign(document.createElement("button"), { type: "button", className: "small quiet", textContent: say("line", { n: one.line }) });
    go.addEventListener("click", () => text.goTo(one.line));
    row.append(...(one.line ? [go] : []), words);
    if (one.place.length) {
      const field = Object.assign(document.createElement("button"), { type: "button", className: "small quiet", textContent: "→" });
      field.title = say("to-field");
      field.setAttribute("aria-label", `${say("to-field")}: ${one.message}`);
      field.addEventListener("click", () => {
        if (narrow.matches) show("form");
        form.goTo(one.place);
      });
      row.append(" ", field);
    }
    return row;
  });
  find("list-of-findings").replaceChildren(...(rows.length ? rows : [Object.assign(document.createElement("li"), { className: "fine", textContent: say("fine") })]));
}

// The YAML of what is edited in the form comes into view beside it.
find("form").addEventListener("focusin", (event) => {
  const place = JSON.parse(event.target.closest("[data-place]")?.dataset.place || "[]");
  const line = state.lines?.[place[0]]?.[place[1]];
  if (line && root.dataset.tab === "yaml" && !narrow.matches) text.reveal(line);
});

// ---- what cannot be kept -----------------------------------------------------------------------------------

function ask(found) {
  find("rewriting-lost").replaceChildren(...found.lost.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
  document.querySelector("[data-rewriting]").showModal();
}
const rewriting = document.querySelector("[data-rewriting]");
rewriting.querySelector("[data-rewrite]").addEventListener("click", () => {
  rewriting.close("rewrite");
});
rewriting.querySelector("[data-keep]").addEventListener("click", () => rewriting.close("keep"));
rewriting.addEventListener("close", () => {
  if (rewriting.returnValue === "rewrite") {
    rewrite = true;
    later("form");
  } else {
    // The form says again what the YAML says.
    later("yaml");
  }
  rewriting.returnValue = "";
  flush();
});

function lost(comments) {
  const words = document.createElement("span");
  words.append(`${say("lost")} `);
  comments.slice(0, 5).forEach((one, at) => words.append(at ? ", " : "", Object.assign(document.createElement("code"), { textContent: one })));
  if (comments.length > 5) words.append(" …");
  notice(words, "warn", "lost");
}

// ---- undo ----------------------------------------------------------------------------------------------------

function remember(yaml) {
  if (yaml === state.yaml) return;
  state.past.push(state.yaml);
  if (state.past.length > 200) state.past.shift();
  state.future = [];
}

function step(from, to) {
  if (!from.length) return;
  to.push(state.yaml);
  state.yaml = from.pop();
  pending = null;
  queued = [];
  text.value = state.yaml;
  later("yaml");
  // Not remembered once more: the text is already what the server will see.
  flush();
  drop("lost");
  notice(say("undone"), "spoken");
}
find("undo")?.addEventListener("click", async () => {
  await flush();
  step(state.past, state.future);
});
find("redo")?.addEventListener("click", async () => {
  await flush();
  step(state.future, state.past);
});

// ---- drafts and saving -----------------------------------------------------------------------------------------

function keep(yaml = state.yaml) {
  const draft = { yaml, base: state.base, content: pending === "form" ? state.content : null };
  try {
    if (yaml === state.saved && !pending) sessionStorage.removeItem(DRAFT);
    else sessionStorage.setItem(DRAFT, JSON.stringify(draft));
  } catch {
    // A browser without room for it: saving still works.
  }
}

function unsaved() {
  return editing && (pending !== null || state.yaml !== state.saved);
}

function mark() {
  const changed = unsaved();
  find("saved").textContent = !editing ? "" : changed ? `● ${say("unsaved")}` : `✓ ${say("no-changes")}`;
  find("saved").className = changed ? "unsaved" : "soft";
  document.title = document.title.replace(/^● /, "").replace(/^/, changed ? "● " : "");
  if (find("undo")) find("undo").disabled = !state.past.length;
  if (find("redo")) find("redo").disabled = !state.future.length;
}

async function save(base = state.base) {
  await flush();
  const note = find("note");
  const alert = find("alert");
  alert.hidden = true;
  const sent = state.yaml;
  try {
    const version = await send("PUT", address, { yaml: sent, base, note: note.value });
    const otherwise = version.digest && state.digest && version.digest !== state.digest;
    Object.assign(state, { base: version.number, saved: sent, digest: version.digest || state.digest });
    note.value = "";
    const words = [say("saved", { n: version.number })];
    if (!version.digest) words.push(say("draft"));
    if (otherwise) words.push(say("asks"));
    notice(words.join(" "), version.digest && !otherwise ? "good" : "warn", "saving");
    const link = find("version");
    root.querySelector("[data-version-of]")?.replaceChildren();
    if (link) link.textContent = link.textContent.replace(/\d+/, version.number);
    for (const one of ["kept", "lost"]) drop(one);
    keep();
    mark();
  } catch (error) {
    if (error.status === 409 && error.body.theirs) await disagree(error, error.body.theirs);
    else shown(error, alert);
  }
}

const conflict = document.querySelector("[data-conflict]");
async function disagree(error, theirs) {
  conflict.querySelector("[data-conflict-title]").textContent = error.message;
  const found = await send("POST", "/api/codebooks/difference", { old: theirs.yaml, new: state.yaml });
  conflict.querySelector("[data-conflict-lines]").replaceChildren(...difference(found.lines, say));
  conflict.querySelector("[data-mine]").onclick = () => {
    conflict.close();
    save(theirs.number);
  };
  conflict.querySelector("[data-theirs]").onclick = () => {
    conflict.close();
    Object.assign(state, { base: theirs.number, saved: theirs.yaml, digest: theirs.digest || state.digest });
    state.past.push(state.yaml);
    text.value = theirs.yaml;
    later("yaml");
    flush();
  };
  conflict.showModal();
}
conflict.querySelector("[data-later]").addEventListener("click", () => conflict.close());

find("save")?.addEventListener("click", () => save());
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  if (editing) save();
});

// ---- notices ---------------------------------------------------------------------------------------------------

function notice(words, kind = "", which = "") {
  if (which) drop(which);
  const note = Object.assign(document.createElement("div"), { className: kind === "spoken" ? "unseen" : `note ${kind}` });
  const line = document.createElement("p");
  line.append(words);
  note.dataset.notice = which;
  note.append(line);
  find("notices").append(note);
  if (kind === "spoken") setTimeout(() => note.remove(), 4000);
}
function drop(which) {
  for (const one of find("notices").querySelectorAll(`[data-notice="${which}"]`)) one.remove();
}

// ---- tabs ------------------------------------------------------------------------------------------------------

const tabs = [...root.querySelectorAll("[role=tab]")];
const narrow = window.matchMedia("(max-width: 61.99rem)");
function show(which) {
  const shownTab = which === "form" && !narrow.matches ? "yaml" : which;
  root.dataset.tab = shownTab;
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", tab.dataset.show === shownTab);
    tab.tabIndex = tab.dataset.show === shownTab ? 0 : -1;
  }
  for (const panel of root.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== shownTab;
  // Beside the YAML on wide screens, a view of its own on narrow ones.
  if (narrow.matches) find("form").setAttribute("role", "tabpanel");
  else find("form").setAttribute("role", "region");
  if (shownTab === "prompt") flush().then(() => prompt.refresh());
  if (shownTab === "yaml") {
    flush();
    text.place();
  }
}
for (const tab of tabs) {
  tab.addEventListener("click", () => show(tab.dataset.show));
  tab.addEventListener("keydown", (event) => {
    const visible = tabs.filter((one) => one.offsetParent);
    const to = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!to) return;
    event.preventDefault();
    const next = visible[(visible.indexOf(tab) + to + visible.length) % visible.length];
    show(next.dataset.show);
    next.focus();
  });
}
narrow.addEventListener("change", () => show(root.dataset.tab));

// ---- beginning -------------------------------------------------------------------------------------------------

show("form");
let draft = null;
try {
  draft = editing ? JSON.parse(sessionStorage.getItem(DRAFT) || "null") : null;
} catch {
  draft = null;
}
if (draft && (draft.yaml !== state.saved || draft.content)) {
  state.base = draft.base ?? state.base;
  state.yaml = draft.yaml;
  text.value = draft.yaml;
  if (draft.content) state.content = draft.content;
  notice(say("kept"), "", "kept");
}
later(draft?.content ? "form" : "yaml");
await flush();
if (draft?.content) form.draw();
root.dataset.ready = "";
