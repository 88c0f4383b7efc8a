// The report, the codebook and the engine are chosen; what was typed survives a reload of this tab.
import { fitAdapters } from "./adapters.js";
import { send, shown } from "./api.js";

const KEPT = "epicrisis-try";
const form = document.getElementById("try");
const field = (name) => form.elements.namedItem(name);
const text = field("text");
const alert = form.querySelector("[role=alert]");
const plain = (words) => words.replace(/\r\n?/g, "\n");
// The report that was taken from a set, for as long as its text is not changed.
let taken = { set: field("report_set").value, id: field("report_id").value, text: text.value };

function trouble(words) {
  if (alert) shown(words instanceof Error ? words : { message: words }, alert);
}

function keep() {
  const kept = { owner: form.dataset.owner, search: window.location.search };
  for (const one of form.elements) {
    if (one.name && one.type !== "search") kept[one.name] = one.type === "checkbox" ? one.checked : one.value;
  }
  try {
    window.sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Storage is full or off: what was typed is then lost on reload, and nothing else.
  }
}

function kept() {
  try {
    const found = JSON.parse(window.sessionStorage.getItem(KEPT) || "null");
    if (found && found.owner === form.dataset.owner) return found;
    window.sessionStorage.removeItem(KEPT);
  } catch {
    // Not ours.
  }
  return null;
}

function choose(select, value) {
  if (!select || ![...select.options].some((one) => one.value === value && !one.disabled)) return false;
  select.value = value;
  return true;
}

function list(found, chosen) {
  const select = field("report_id");
  select.replaceChildren(new Option(form.dataset.own, ""), ...found.reports.map((one) => new Option(one.id, one.id)));
  if (!choose(select, chosen)) select.value = "";
}

async function listReports(holding) {
  const set = field("report_set").value;
  const found = await send("GET", `/api/try/reports?reports=${encodeURIComponent(set)}&holding=${encodeURIComponent(holding)}`);
  if (set !== field("report_set").value) return null;
  if (!holding) document.getElementById("holding").hidden = !found.more;
  return found;
}

async function take(id) {
  const set = field("report_set").value;
  const found = await send("GET", `/api/try/report?reports=${encodeURIComponent(set)}&id=${encodeURIComponent(id)}`);
  if (set !== field("report_set").value || id !== field("report_id").value) return;
  taken = { set, id, text: plain(found.text) };
  text.value = found.text;
  keep();
}

const changes = {
  async report_set() {
    field("holding").value = "";
    const found = await listReports("");
    if (!found) return;
    const first = found.reports[0]?.id ?? "";
    list(found, first);
    if (first) await take(first);
  },
  async report_id() {
    if (field("report_id").value) await take(field("report_id").value);
  },
  async holding() {
    const found = await listReports(field("holding").value);
    if (found) list(found, field("report_id").value);
  },
};

form.addEventListener("change", async (event) => {
  if (alert) alert.hidden = true;
  try {
    await changes[event.target.name]?.();
  } catch (error) {
    trouble(error);
  }
  keep();
});

form.addEventListener("input", (event) => {
  if (event.target === text && text.value !== taken.text) field("report_id").value = "";
  keep();
});

async function read(file) {
  if (!file) return;
  if (file.type && !file.type.startsWith("text/")) return trouble(form.dataset.notText);
  if (file.size > 4 * Number(form.dataset.longest)) return trouble(form.dataset.tooLong);
  const words = await file.text();
  if (words.includes("\u0000")) return trouble(form.dataset.notText);
  if (words.length > Number(form.dataset.longest)) return trouble(form.dataset.tooLong);
  if (alert) alert.hidden = true;
  text.value = words;
  field("report_id").value = "";
  keep();
}

text.addEventListener("dragover", (event) => {
  if (![...event.dataTransfer.items].some((one) => one.kind === "file")) return;
  event.preventDefault();
  text.classList.add("over");
});
text.addEventListener("dragleave", () => text.classList.remove("over"));
text.addEventListener("drop", (event) => {
  text.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  read(event.dataTransfer.files[0]);
});

const file = form.querySelector("[data-file]");
form.querySelector("[data-open]").addEventListener("click", () => file.click());
file.addEventListener("change", async (event) => {
  event.stopPropagation();
  await read(file.files[0]);
  file.value = "";
});
form.querySelector("[data-clear]").addEventListener("click", () => {
  text.value = "";
  field("report_id").value = "";
  keep();
  text.focus();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

function asked() {
  const id = field("report_id").value;
  const same = id && id === taken.id && field("report_set").value === taken.set && text.value === taken.text;
  const size = Number(field("group_size").value);
  return {
    ...(same ? { report_set: taken.set, report_id: taken.id } : { text: text.value }),
    codebook: field("codebook").value,
    engine: field("engine").value,
    adapter: field("adapter")?.value || null,
    options: {
      second_look: field("second_look").checked,
      think: field("think").checked ? 1024 : 0,
      dependents_after: field("dependents_after").checked,
      group_size: size >= 1 ? Math.min(1000, Math.round(size)) : null,
    },
  };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (!button) return;
  alert.hidden = true;
  keep();
  if (!text.value.trim()) return trouble(form.dataset.noText);
  button.disabled = true;
  try {
    const started = await send("POST", "/api/tries", asked());
    window.location.assign(`/try/${started.id}`);
  } catch (error) {
    button.disabled = false;
    trouble(error);
  }
});
window.addEventListener("pageshow", () => {
  const button = form.querySelector("[type=submit]");
  if (button) button.disabled = false;
});

async function restore() {
  const before = kept();
  // A page that led here has chosen, unless this is the same page once more.
  if (!before || ("asked" in form.dataset && before.search !== window.location.search)) return;
  for (const name of ["codebook", "engine"]) choose(field(name), before[name]);
  if (field("engine")) field("engine").dispatchEvent(new Event("change"));
  choose(field("adapter"), before.adapter);
  for (const name of ["second_look", "think", "dependents_after"]) {
    if (field(name) && name in before) field(name).checked = before[name];
  }
  if (field("group_size")) field("group_size").value = before.group_size || "";
  text.value = before.text;
  const id = before.report_id;
  if (!choose(field("report_set"), before.report_set)) {
    field("report_id").value = "";
    return;
  }
  if (before.report_set !== taken.set) {
    const found = await listReports("");
    if (found) list(found, id);
  } else {
    choose(field("report_id"), id);
  }
  // Whether the text is still that of the report is for the report to say.
  if (id && field("report_id").value === id && id !== taken.id) {
    const found = await send("GET", `/api/try/report?reports=${encodeURIComponent(before.report_set)}&id=${encodeURIComponent(id)}`);
    taken = { set: before.report_set, id, text: plain(found.text) };
  }
  if (text.value !== taken.text) field("report_id").value = "";
}
if (field("engine")) fitAdapters(form);
restore().catch(() => (field("report_id").value = ""));
