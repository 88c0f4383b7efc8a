// Bringing files: sent one after the other, with progress, and a question where one of that name exists.
const csrf = () => document.querySelector("meta[name=csrf]").content;

function element(tag, properties = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inside);
  return made;
}

// One request; gives what the studio answers, with the status. XMLHttpRequest, for it tells how far it is.
function post(address, files, told) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    for (const file of files) form.append("file", file, file.name);
    request.open("POST", address);
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.upload.onload = () => told(1);
    request.onerror = () => reject(new Error("broke"));
    request.onload = () => {
      let body = {};
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // Something between the browser and the studio answered.
      }
      resolve({ status: request.status, body });
    };
    request.send(form);
  });
}

// All files of what was dropped: of a folder those in it, with its name.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [{ name: "", files: [...transfer.files] }];
  const loose = { name: "", files: [] };
  const found = [loose];
  for (const entry of entries) {
    if (entry.isDirectory) found.push({ name: entry.name, files: (await inside(entry)).filter((file) => !file.name.startsWith(".")) });
    else loose.files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
  }
  return found.filter((one) => one.files.length || one.name);
}

async function inside(folder) {
  const reader = folder.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return files;
    for (const entry of some) {
      if (entry.isDirectory) files.push(...(await inside(entry)));
      else files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    }
  }
}

// Several texts are one set, everything else is sent by itself.
function batches(name, files, shelf, words) {
  const readable = files.filter((file) => !name || /\.(txt|csv|tsv|tab|jsonl?|ndjson|parquet|pq|xlsx|xlsm|zip|gz)$/i.test(file.name));
  const texts = shelf === "reports" ? readable.filter((file) => /\.txt$/i.test(file.name)) : [];
  const single = texts.length > 1 ? readable.filter((file) => !texts.includes(file)) : readable;
  const found = single.map((file) => ({ shown: file.name, files: [file], query: "" }));
  if (texts.length > 1) {
    const called = name || words.texts;
    found.push({ shown: `${called} (${texts.length})`, files: texts, query: `name=${encodeURIComponent(called)}` });
  }
  return found;
}

class Upload {
  constructor(place) {
    this.place = place;
    this.words = {};
    for (const [key, value] of Object.entries(place.dataset)) {
      if (key.startsWith("words")) this.words[key.slice(5).toLowerCase()] = value;
    }
    this.list = place.querySelector("[data-uploads]");
    this.waiting = Promise.resolve();
    const drop = place.querySelector(".drop");
    const input = place.querySelector("[data-files]");
    input.addEventListener("change", () => {
      this.add([{ name: "", files: [...input.files] }]);
      input.value = "";
    });
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", async (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      this.add(await dropped(event.dataTransfer));
    });
  }

  async add(groups) {
    const every = [];
    for (const group of groups) {
      const found = batches(group.name, group.files, this.place.dataset.shelf, this.words);
      if (group.name && !found.length) this.say(this.row(group.name), this.words.empty, "bad");
      every.push(...found);
    }
    // One after the other: the first is there while the others still come.
    const done = every.map((batch) => {
      const row = this.row(batch.shown);
      const sent = this.waiting.then(() => this.send(batch, row, "refuse"));
      this.waiting = sent.catch(() => {});
      return sent;
    });
    const taken = (await Promise.all(done)).filter(Boolean).flat();
    if (taken.length) this.arrived(taken, every.length);
  }

  // What to do with what has arrived: a single new set is shown at once, so that its columns can be looked at.
  arrived(taken, asked) {
    if (this.place.dataset.shelf === "reports" && taken.length === 1 && asked === 1 && !taken[0].notes.length) {
      window.location.assign(`/reports/${encodeURIComponent(taken[0].name)}/reading`);
    } else {
      window.htmx.trigger(this.place.dataset.shelf === "reports" ? "#sets" : "#golds", "refresh");
    }
  }

  row(name) {
    const row = element("li", {}, element("strong", { textContent: name }));
    this.list.append(row);
    return row;
  }

  say(row, words, kind, ...more) {
    row.querySelectorAll(":scope > :not(strong)").forEach((one) => one.remove());
    row.append(element("p", { className: kind, textContent: words }), ...more);
  }

  async send(batch, row, existing) {
    const size = batch.files.reduce((sum, file) => sum + file.size, 0);
    if (size > Number(this.place.dataset.limit)) {
      this.say(row, this.words.large, "bad");
      return null;
    }
    const progress = element("progress", { max: 1, value: 0 });
    progress.setAttribute("aria-label", `${this.words.sending}: ${batch.shown}`);
    this.say(row, `${this.words.sending}…`, "soft", progress);
    const query = [`existing=${existing}`, batch.query].filter(Boolean).join("&");
    let answer;
    try {
      answer = await post(`${this.place.dataset.upload}?${query}`, batch.files, (share) => {
        progress.value = share;
        if (share === 1) row.querySelector("p").textContent = `${this.words.checking}…`;
      });
    } catch {
      this.say(row, this.words.broke, "bad", this.again(batch, row, existing, this.words.again));
      return null;
    }
    if (answer.status === 201) return this.done(row, answer.body.taken);
    const { message, hint, where, code } = answer.body;
    const words = [message || answer.status, hint, where].filter(Boolean).join(" ");
    if (answer.status === 409 && code === "exists") return this.ask(batch, row, words);
    this.say(row, words, "bad");
    return null;
  }

  done(row, taken) {
    const links = element("div", { className: "row" });
    for (const one of taken) {
      if (this.place.dataset.shelf === "reports") {
        links.append(element("a", { className: "button small", href: `/reports/${encodeURIComponent(one.name)}/reading`, textContent: `${this.words.open} ${one.name}` }));
      }
    }
    const notes = taken.flatMap((one) => one.notes).map((note) => element("p", { className: "soft", textContent: note }));
    this.say(row, `✓ ${this.words.done}: ${taken.map((one) => one.name).join(", ")}`, "good", ...notes, links);
    return taken;
  }

  ask(batch, row, words) {
    const leave = element("button", { type: "button", className: "small", textContent: this.words.leave });
    leave.addEventListener("click", () => this.say(row, this.words.left, "soft"));
    const buttons = element(
      "div",
      { className: "row" },
      this.again(batch, row, "replace", this.words.replace),
      this.again(batch, row, "keep-both", this.words.both),
      leave,
    );
    this.say(row, words, "bad", buttons);
    return null;
  }

  again(batch, row, existing, words) {
    const button = element("button", { type: "button", className: "small", textContent: words });
    button.addEventListener("click", async () => {
      const taken = await this.send(batch, row, existing);
      if (taken) this.arrived(taken, 1);
    });
    return button;
  }
}

for (const place of document.querySelectorAll("[data-upload]")) new Upload(place);

// On a narrow screen the report stands below the list: bring it into view.
document.addEventListener("htmx:afterSettle", (event) => {
  const asked = event.detail.requestConfig?.elt;
  if (!asked?.matches?.("[data-report-link]") || window.matchMedia("(min-width: 62rem)").matches) return;
  const report = document.querySelector("#report");
  report.scrollIntoView({ block: "start" });
  report.focus({ preventScroll: true });
});
