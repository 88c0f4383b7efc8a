// A new run: what is chosen, a look before it begins, the first reports measured. A run at work: what changed is said.
import { fitAdapters } from "./adapters.js";
import { send, shown } from "./api.js";
import { asked } from "./asking.js";
import "./live.js";

const form = document.querySelector("form[data-run]");
if (form) {
  const place = form.querySelector("[data-preflight]");
  const heading = document.getElementById("before");
  const state = form.querySelector("[data-measure-state]");
  const alert = form.querySelector("[role=alert]");
  const start = form.querySelector("button.main");
  const gold = form.elements["examples.gold"];
  let looking = null;
  let timer = 0;
  let starting = false;

  const complete = () => ["reports", "codebook", "engine"].every((name) => form.elements[name].value);

  function withGold() {
    const part = form.querySelector("[data-with-gold]");
    part.hidden = !gold.value;
    for (const field of part.querySelectorAll("input, select")) field.disabled = !gold.value;
  }

  function tell(words) {
    const line = document.createElement("p");
    line.className = "soft";
    line.textContent = words;
    place.replaceChildren(line);
  }

  async function look() {
    looking?.abort();
    alert.hidden = true;
    if (!complete() || !form.checkValidity()) {
      start.disabled = false;
      if (!complete()) tell(form.dataset.unchosen);
      return;
    }
    const mine = (looking = new AbortController());
    heading.classList.add("busy");
    if (!place.querySelector("[data-found]")) tell(form.dataset.checking);
    try {
      const answer = await fetch("/runs/preflight", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf]").content },
        body: JSON.stringify(asked(form)),
        signal: mine.signal,
      });
      const text = await answer.text();
      if (mine !== looking) return;
      if (!answer.ok) {
        const problem = JSON.parse(text);
        tell([problem.message, problem.hint].filter(Boolean).join(" "));
        return;
      }
      place.innerHTML = text; // a page of the studio, with everything escaped
      start.disabled = starting || place.querySelector("[data-found]").dataset.blocked === "yes";
    } catch (error) {
      if (error.name !== "AbortError" && mine === looking) tell(error.message);
    } finally {
      if (mine === looking) heading.classList.remove("busy");
    }
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, 300);
  };

  // The first reports in a run of their own: the run of all takes their answers over.
  async function measure(button) {
    button.disabled = true;
    const trial = asked(form);
    trial.limit = Math.min(trial.limit || 2, 2);
    if (trial.ids) trial.ids = trial.ids.slice(0, 2);
    try {
      const { id } = await send("POST", "/api/runs", trial);
      for (;;) {
        const now = await send("GET", `/api/runs/${id}`);
        if (!["queued", "running"].includes(now.status)) {
          const problem = now.error ? `${form.dataset.stopped} ${now.error.message} ${now.error.hint}` : "";
          state.textContent = now.status === "finished" ? form.dataset.measured : problem;
          break;
        }
        const words = now.status === "queued" ? form.dataset.queued : form.dataset.measuring;
        if (state.textContent !== words) state.textContent = words;
        await new Promise((after) => setTimeout(after, 700));
      }
      await look();
    } catch (error) {
      state.textContent = "";
      shown(error, alert);
    } finally {
      button.disabled = false;
    }
  }

  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      withGold();
      soon();
    });
  }
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-check]")) look();
    const button = event.target.closest("[data-measure]");
    if (button) measure(button);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.hidden = true;
    starting = start.disabled = true;
    try {
      const { id } = await send("POST", "/api/runs", asked(form));
      window.location.assign(`/runs/${id}`);
    } catch (error) {
      starting = start.disabled = false;
      shown(error, alert);
    }
  });
  // A field that is wrong may lie in the folded part.
  form.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);
  withGold();
  fitAdapters(form);
  look();
}
