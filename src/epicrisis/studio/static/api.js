// Talking to the studio's own API.
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message || String(status));
    this.status = status;
    this.code = body.code || "http";
    this.hint = body.hint || "";
    this.where = body.where || "";
    this.body = body;
  }
}

// Sends JSON (or FormData) and gives what comes back; throws a Refusal, or a TypeError where nobody answers.
export async function send(method, address, body, options = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf]").content };
  const request = { method, headers, ...options };
  if (body instanceof FormData) request.body = body;
  else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const answer = await fetch(address, request);
  if (answer.status === 401 && !address.startsWith("/api/login")) {
    window.location.assign(`/login?then=${encodeURIComponent(window.location.pathname + window.location.search)}`);
  }
  const text = await answer.text();
  let content = null;
  try {
    content = text ? JSON.parse(text) : null;
  } catch {
    content = { message: text.slice(0, 200) };
  }
  if (!answer.ok) throw new Refusal(answer.status, content || {});
  return content;
}

// Writes an error where people see it.
export function shown(error, place) {
  const words = [error.message, error.hint, error.where].filter(Boolean).join(" ");
  if (!place) {
    window.alert(words);
    return;
  }
  place.textContent = words;
  place.hidden = false;
  place.setAttribute("tabindex", "-1");
  place.focus();
}
