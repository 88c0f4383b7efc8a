// A try while it is under way: what is new on the page of the server is taken over, nothing else is touched.
import { send } from "./api.js";

const progress = document.querySelector("[data-try]");
const running = () => "running" in progress.dataset;
const shown = new Map();
for (const part of document.querySelectorAll("[data-part]")) shown.set(part.dataset.part, part.innerHTML);
for (const answer of document.querySelectorAll("[data-answers] > li")) shown.set(key(answer), answer.outerHTML);

function key(answer) {
  return `answer ${answer.dataset.variable}`;
}

function takeParts(fresh) {
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const name = part.dataset.part;
    if (shown.get(name) === part.innerHTML) continue;
    shown.set(name, part.innerHTML);
    const here = document.querySelector(`[data-part="${name}"]`);
    const focused = here.contains(document.activeElement);
    const top = here.scrollTop;
    here.innerHTML = part.innerHTML;
    here.scrollTop = top;
    if (focused) here.querySelector("a, button, [tabindex]")?.focus({ preventScroll: true });
  }
}

function takeAnswers(fresh) {
  const list = document.querySelector("[data-answers]");
  const here = new Map([...list.children].map((answer) => [answer.dataset.variable, answer]));
  let before = null;
  for (const answer of [...fresh.querySelectorAll("[data-answers] > li")]) {
    const old = here.get(answer.dataset.variable);
    let now = old;
    if (!old || shown.get(key(answer)) !== answer.outerHTML) {
      shown.set(key(answer), answer.outerHTML);
      now = document.adoptNode(answer);
      if (old) {
        const focused = old === document.activeElement;
        old.replaceWith(now);
        if (focused) now.focus({ preventScroll: true });
      } else if (before) before.after(now);
      else list.prepend(now);
    }
    here.delete(now.dataset.variable);
    before = now;
  }
  for (const gone of here.values()) gone.remove();
}

function take(fresh) {
  const news = fresh.querySelector("[data-try]");
  if (!news) {
    // It is gone: because it was forgotten just now, and the page is being left, or on the server.
    if (!leaving) window.location.reload();
    return;
  }
  takeAnswers(fresh);
  takeParts(fresh);
  const status = progress.querySelector("[data-status]");
  const words = news.querySelector("[data-status]");
  // Only a change is read out.
  if (status.textContent !== words.textContent) status.textContent = words.textContent;
  status.className = words.className;
  progress.dataset.seconds = news.dataset.seconds;
  if ("running" in news.dataset) {
    since = Date.now();
  } else {
    delete progress.dataset.running;
    progress.querySelector("[data-elapsed]").textContent = news.querySelector("[data-elapsed]").textContent;
  }
  // What is pointed at stays lit on text that is new.
  document.querySelector("[data-variable]:hover")?.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
  if (document.activeElement?.matches("[data-variable]")) {
    document.activeElement.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
  }
}

let leaving = false;
let busy = false;
let again = false;
async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    do {
      again = false;
      const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" } });
      if (!answer.ok && answer.status !== 404) continue;
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } while (again);
  } catch {
    // Nobody answers: the next event, or the next look, will tell.
  } finally {
    busy = false;
  }
}

function look() {
  const timer = window.setInterval(async () => {
    await refresh();
    if (!running()) window.clearInterval(timer);
  }, 1000);
}

function listen() {
  if (!("EventSource" in window)) {
    look();
    return;
  }
  const events = new EventSource(`/api/tries/${progress.dataset.try}/events`);
  events.addEventListener("progress", refresh);
  events.addEventListener("over", () => {
    events.close();
    refresh();
  });
  events.addEventListener("error", () => {
    // A connection that ended is opened again by the browser; one that was refused is not.
    if (events.readyState === EventSource.CLOSED && running()) look();
  });
}

let since = Date.now();
function tick() {
  const seconds = Math.floor(Number(progress.dataset.seconds) + (Date.now() - since) / 1000);
  const minutes = Math.floor(seconds / 60);
  progress.querySelector("[data-elapsed]").textContent = `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

async function copy(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  const place = document.createElement("textarea");
  place.value = words;
  document.body.append(place);
  place.select();
  document.execCommand("copy");
  place.remove();
}

document.addEventListener("click", async (event) => {
  const ending = event.target.closest("[data-end]");
  if (ending) {
    ending.disabled = true;
    leaving = "then" in ending.dataset;
    try {
      await send("DELETE", ending.dataset.end);
    } catch {
      // It is gone already.
    }
    if (ending.dataset.then) window.location.assign(ending.dataset.then);
    else refresh();
  }
  const taking = event.target.closest("[data-take]");
  if (taking) {
    const told = document.querySelector("[data-taken]");
    try {
      const answer = await fetch(taking.dataset.take);
      if (!answer.ok) throw new Error((await answer.json()).message);
      await copy(await answer.text());
      told.textContent = taking.dataset.doneWords;
    } catch (error) {
      told.textContent = error.message;
    }
  }
});

if (running()) {
  listen();
  tick();
  const clock = window.setInterval(() => (running() ? tick() : window.clearInterval(clock)), 1000);
}
