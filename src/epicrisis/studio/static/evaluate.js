// Evaluate and Compare: sorting, the slider of review, calibration, and what is heard when numbers arrive.
import { send, shown } from "./api.js";

const language = document.documentElement.lang || "en";
const percent = (value, digits = 1) => new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
const number = (value, digits = 0) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);

function duration(minutes) {
  const whole = Math.ceil(minutes);
  return whole < 100 ? `${whole} min` : `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, "0")} min`;
}

// A click on a heading sorts by that column: numbers from the largest, words from A.
function sort(head) {
  const table = head.closest("table");
  const heads = [...head.parentElement.children];
  const place = heads.indexOf(head);
  const numeric = head.classList.contains("number");
  const now = head.getAttribute("aria-sort");
  const up = now === "none" ? !numeric : now === "descending";
  heads.forEach((one) => one.setAttribute("aria-sort", one === head ? (up ? "ascending" : "descending") : "none"));
  const value = (row) => row.children[place].dataset.value ?? "";
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if ((left === "") !== (right === "")) return left === "" ? 1 : -1;
    const order = numeric ? Number(left) - Number(right) : left.localeCompare(right, language, { numeric: true });
    return up ? order : -order;
  });
  body.append(...rows);
}

document.addEventListener("click", (event) => {
  const head = event.target.closest?.("[data-sort] thead th");
  if (head && event.target.closest("button")) sort(head);
});

// Fields that are left as they are do not stand in the address.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-lean]")) return;
  const idle = [...form.elements].filter((one) => one.name && !one.disabled && (one.value === "" || one.value === one.dataset.default));
  idle.forEach((one) => (one.disabled = true));
  window.setTimeout(() => idle.forEach((one) => (one.disabled = false)), 0);
});

function review(place) {
  const data = Object.fromEntries(["curve", "accuracy", "low", "high"].map((name) => [name, JSON.parse(place.dataset[name])]));
  const slider = place.querySelector("input[type=range]");
  const pace = place.querySelector("[data-pace]");
  const wanted = place.querySelector("[data-wanted]");
  const start = place.querySelector("[data-start]");
  const here = place.querySelector("[data-here]");
  const say = (name, words) => (place.querySelector(`[data-out=${name}]`).textContent = words);
  const [left, right] = [Number(place.dataset.left), Number(place.dataset.right)];
  const line = here.getAttribute("d").replace(/^M[\d.]+/, "");
  const count = () => Math.round(data.curve[slider.value] * Number(place.dataset.reports));

  function show() {
    const at = Number(slider.value);
    const share = data.curve[at];
    const reports = count();
    say("reports", number(reports));
    say("share", percent(share, 0));
    say("answers", number(reports * Number(place.dataset.answers)));
    say("accuracy", percent(data.accuracy[at]));
    say("interval", data.low[at] === null ? "–" : place.dataset.between.replace("{low}", percent(data.low[at])).replace("{high}", percent(data.high[at])));
    say("time", Number(pace.value) > 0 ? duration(reports / Number(pace.value)) : "–");
    slider.setAttribute("aria-valuetext", `${percent(share, 0)}: ${percent(data.accuracy[at])}`);
    here.setAttribute("d", `M${(left + (right - left) * share).toFixed(1)}${line}`);
    if (start) start.disabled = reports < 1;
  }

  function reach() {
    const target = Number(wanted.value) / 100;
    if (!(target > 0)) return;
    const found = data.accuracy.findIndex((one) => one >= target - 1e-9);
    slider.value = found < 0 ? slider.max : found;
    show();
  }

  slider.addEventListener("input", show);
  pace.addEventListener("input", show);
  wanted.addEventListener("input", reach);
  start?.addEventListener("click", async () => {
    const alert = place.querySelector("[data-trouble]");
    start.disabled = true;
    alert.hidden = true;
    try {
      const { report_ids } = await send("GET", `${place.dataset.uncertain}&count=${count()}`);
      const made = await send("POST", "/api/reviews", { run: place.dataset.run, name: place.dataset.name, report_ids, sequence: "uncertain", blind: false, raters: 1 });
      window.location.assign(`/reviews/${encodeURIComponent(made.id ?? made.review)}`);
    } catch (error) {
      shown(error, alert);
      start.disabled = false;
    }
  });
  if (wanted.value) reach();
  else show();
}

document.addEventListener("sent", (event) => {
  const form = event.target;
  if (!form.matches("[data-calibrate]")) return;
  const made = form.querySelector("[data-made]");
  const [before, after] = event.detail.brier;
  made.textContent = made.dataset.words
    .replace("{before}", number(before, 3))
    .replace("{after}", number(after, 3))
    .replace("{n}", number(event.detail.cells));
});

// What is there already, and what arrives later.
function ready(place) {
  for (const one of place.querySelectorAll("[data-review]:not([data-live])")) {
    one.dataset.live = "";
    review(one);
  }
}
ready(document);
document.addEventListener("htmx:afterSettle", () => {
  ready(document);
  const measured = document.getElementById("measured");
  const heard = document.querySelector("[data-heard]");
  if (measured?.dataset.said && heard && heard.textContent !== measured.dataset.said) heard.textContent = measured.dataset.said;
});
