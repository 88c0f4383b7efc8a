// The fields of the form: each shows one value of the codebook's content and writes it back.
// A widget gets its element, the value, and put(value): undefined takes the key out.
export const isText = (value) => typeof value === "string" || typeof value === "number";
export const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const clone = (template) => document.getElementById(template).content.firstElementChild.cloneNode(true);

// A number if it is written the way numbers are written, else text.
export function scalar(text, others = []) {
  if (text === "true" || text === "false") return text;
  const looks = text !== "" && String(Number(text)) === text && Number.isFinite(Number(text));
  const codes = others.some((one) => typeof one === "string" && one !== "" && String(Number(one)) === one);
  return looks && !codes ? Number(text) : text;
}

const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const words = (text) => text.split(/\s*[,;]\s*/).map((one) => one.trim()).filter(Boolean);
const control = (element) => element.querySelector("input, textarea, select");

function strange(element) {
  for (const one of element.querySelectorAll("input, textarea, select, button")) one.remove();
  element.append(clone("t-strange"));
}

export function grow(area) {
  if (area.tagName !== "TEXTAREA" || area.dataset.yaml !== undefined) return;
  const rows = area.value.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / Math.max(24, area.cols || 60))), 0);
  area.rows = Math.min(14, Math.max(Number(area.dataset.least || area.getAttribute("rows")) || 1, rows));
}

export const widgets = {
  text(element, value, put) {
    if (value !== undefined && value !== null && !isText(value)) return strange(element);
    const field = control(element);
    field.dataset.least = field.getAttribute("rows") || "";
    field.value = value ?? "";
    grow(field);
    const numeric = typeof value === "number";
    field.addEventListener("input", () => {
      grow(field);
      const text = field.value;
      put(text === "" && !("required" in element.dataset) ? undefined : numeric ? scalar(text) : text);
    });
  },

  words(element, value, put) {
    if (value !== undefined && value !== null && !(Array.isArray(value) && value.every(isText))) return strange(element);
    const field = control(element);
    field.value = (value || []).join(", ");
    field.addEventListener("input", () => {
      const found = words(field.value);
      put(found.length ? found : undefined);
    });
  },

  lines(element, value, put) {
    if (value !== undefined && value !== null && !(Array.isArray(value) && value.every(isText))) return strange(element);
    const field = control(element);
    field.dataset.least = "2";
    field.value = (value || []).join("\n");
    grow(field);
    field.addEventListener("input", () => {
      grow(field);
      const found = lines(field.value);
      put(found.length ? found : undefined);
    });
  },

  number(element, value, put) {
    if (value !== undefined && value !== null && !isText(value)) return strange(element);
    const field = control(element);
    field.value = value ?? "";
    field.addEventListener("input", () => {
      // What is half typed is not a number yet.
      if (!field.validity.badInput) put(field.value === "" ? undefined : Number(field.value));
    });
  },

  choice(element, value, put) {
    const field = control(element);
    field.value = value ?? "";
    field.addEventListener("change", () => put(field.value || undefined));
  },

  range(element, value, put) {
    if (value !== undefined && value !== null && !isMap(value)) return strange(element);
    const ends = [...element.querySelectorAll("[data-end]")];
    for (const field of ends) {
      field.value = value?.[field.dataset.end] ?? "";
      field.addEventListener("input", () => {
        if (ends.some((one) => one.validity.badInput)) return;
        const found = {};
        for (const one of ends) if (one.value !== "") found[one.dataset.end] = Number(one.value);
        put(Object.keys(found).length ? found : undefined);
      });
    }
  },

  statuses(element, value, put) {
    const boxes = [...element.querySelectorAll("input")];
    for (const box of boxes) {
      box.checked = Array.isArray(value) && value.includes(box.value);
      box.addEventListener("change", () => {
        const found = boxes.filter((one) => one.checked).map((one) => one.value);
        put(found.length ? found : undefined);
      });
    }
  },

  merge(element, value, put, { kind, form }) {
    const { merge, merge_default: usual } = form.words.kinds[kind];
    const field = control(element);
    for (const option of [...field.options]) if (!merge.includes(option.value)) option.remove();
    field.value = value ?? usual;
    field.addEventListener("change", () => put(field.value === usual ? undefined : field.value));
  },

  // A text, or one per language.
  local(element, value, put, { form }) {
    const languages = form.languages();
    element.replaceChildren();
    const add = (text, tag, write) => {
      const label = clone("t-language");
      label.querySelector("[data-words]").textContent = element.dataset.words;
      label.querySelector("[data-tag]").textContent = tag || element.dataset.help;
      const field = control(label);
      field.value = text ?? "";
      if (tag) field.lang = tag;
      field.addEventListener("input", () => write(field.value));
      element.append(label);
    };
    if (isMap(value)) {
      const tags = [...new Set([...Object.keys(value), ...languages])];
      const all = { ...value };
      element.classList.add("two");
      for (const tag of tags) {
        add(all[tag], tag, (text) => {
          if (text) all[tag] = text;
          else delete all[tag];
          put(Object.keys(all).length ? { ...all } : undefined);
        });
      }
    } else if (value !== undefined && value !== null && !isText(value)) {
      strange(element);
    } else {
      add(value, "", (text) => put(text || undefined));
      if (languages.length > 1) {
        const each = Object.assign(document.createElement("button"), { type: "button", className: "small quiet each", textContent: element.dataset.each });
        each.addEventListener("click", () => {
          put({ [languages[0]]: control(element).value });
          form.again(element.closest("[data-place]"));
        });
        element.append(each);
      }
    }
  },

  synonyms(element, value, put, { form }) {
    element.replaceChildren();
    if (value !== undefined && value !== null && !(isMap(value) && Object.values(value).every((one) => Array.isArray(one) && one.every(isText)))) return strange(element);
    const all = { ...value };
    element.classList.add("two");
    for (const tag of new Set([...Object.keys(all), ...form.languages()])) {
      const label = clone("t-language");
      label.querySelector("[data-words]").textContent = `${element.dataset.words} (${tag})`;
      label.querySelector("[data-tag]").textContent = element.dataset.help;
      const field = Object.assign(document.createElement("textarea"), { rows: 2, value: (all[tag] || []).join("\n"), lang: tag });
      control(label).replaceWith(field);
      field.dataset.least = "2";
      grow(field);
      field.addEventListener("input", () => {
        grow(field);
        const found = lines(field.value);
        if (found.length) all[tag] = found;
        else delete all[tag];
        put(Object.keys(all).length ? { ...all } : undefined);
      });
      element.append(label);
    }
  },

  codes(element, value, put) {
    if (value !== undefined && value !== null && !(Array.isArray(value) && value.every(isMap))) return strange(element);
    const all = (value || []).map((one) => ({ ...one }));
    const write = () => put(all.length ? all.map((one) => ({ ...one })) : undefined);
    const rows = element.querySelector("[data-rows]");
    const draw = () => {
      rows.replaceChildren(...all.map((code, at) => {
        const row = clone("t-code");
        for (const field of row.querySelectorAll("[data-of]")) {
          field.value = code[field.dataset.of] ?? "";
          field.addEventListener("input", () => {
            if (field.value || field.dataset.of !== "display") code[field.dataset.of] = field.value;
            else delete code.display;
            write();
          });
        }
        row.querySelector("[data-do=remove]").addEventListener("click", () => {
          all.splice(at, 1);
          write();
          draw();
        });
        return row;
      }));
    };
    element.querySelector("[data-add]").addEventListener("click", () => {
      all.push({ system: all.at(-1)?.system || "", code: "" });
      write();
      draw();
      rows.lastElementChild.querySelector("input").focus();
    });
    draw();
  },
};
