// The larger fields: options, conditions, what a derived value is computed from, keys of a group.
import { clone, grow, isMap, isText, scalar, widgets } from "./codebook_fields.js";

const control = (element) => element.querySelector("input, textarea, select");

function shifted(list, at, step) {
  const to = at + step;
  if (to < 0 || to >= list.length) return null;
  list.splice(to, 0, list.splice(at, 1)[0]);
  return to;
}

widgets.options = (element, value, put, { form, place }) => {
  if (value !== undefined && value !== null && !(Array.isArray(value) && value.every((one) => isText(one) || isMap(one)))) {
    element.querySelector("[data-add]").remove();
    element.append(clone("t-strange"));
    return;
  }
  const all = (value || []).map((one) => (isMap(one) ? { ...one } : one));
  const rows = element.querySelector("[data-rows]");
  const write = () => put(all.slice());
  const as = (at) => {
    if (!isMap(all[at])) all[at] = { value: all[at] };
    return all[at];
  };
  const draw = (focus) => {
    rows.replaceChildren(...all.map((option, at) => {
      const row = clone("t-option");
      row.dataset.place = JSON.stringify([...place, at]);
      const field = row.querySelector("[data-of=value]");
      field.value = (isMap(option) ? option.value : option) ?? "";
      field.addEventListener("input", () => {
        const others = all.filter((_one, other) => other !== at).map((one) => (isMap(one) ? one.value : one));
        const found = scalar(field.value, others);
        if (isMap(all[at])) all[at] = { ...all[at], value: found };
        else all[at] = found;
        write();
      });
      const definition = row.querySelector("[data-of=definition]");
      definition.value = isMap(option) ? option.definition ?? "" : "";
      definition.dataset.least = "1";
      grow(definition);
      definition.addEventListener("input", () => {
        grow(definition);
        const one = { ...as(at) };
        if (definition.value) one.definition = definition.value;
        else delete one.definition;
        all[at] = one;
        write();
      });
      for (const extra of row.querySelectorAll("[data-widget]")) {
        const key = extra.dataset.key;
        widgets[extra.dataset.widget](extra, isMap(option) ? option[key] : undefined, (found) => {
          const one = { ...as(at) };
          if (found === undefined) delete one[key];
          else one[key] = found;
          all[at] = one;
          write();
        }, { form, place: [...place, at] });
      }
      for (const button of row.querySelectorAll(":scope > .line > .tools [data-do]")) {
        button.setAttribute("aria-label", `${button.dataset.words}: ${field.value}`);
        button.addEventListener("click", () => {
          const todo = button.dataset.do;
          if (todo === "remove") {
            all.splice(at, 1);
            write();
            draw();
            (rows.children[Math.min(at, all.length - 1)]?.querySelector("input") || element.querySelector("[data-add]")).focus();
            return;
          }
          const to = shifted(all, at, todo === "up" ? -1 : 1);
          if (to === null) return;
          write();
          draw();
          rows.children[to].querySelector(`[data-do=${todo}]`).focus();
        });
      }
      return row;
    }));
    if (focus) rows.lastElementChild?.querySelector("input").focus();
    form.mark();
  };
  element.querySelector(":scope > [data-add]").addEventListener("click", () => {
    const values = all.map((one) => (isMap(one) ? one.value : one));
    const numbers = values.length > 0 && values.every((one) => typeof one === "number");
    all.push({ value: numbers ? Math.max(...values) + 1 : "", definition: "" });
    write();
    draw(true);
  });
  draw();
};

widgets.when = (element, value, put, { form, place }) => {
  const [parts, raw] = [element.querySelector("[data-parts]"), element.querySelector("[data-raw]")];
  const known = value === undefined || value === null ? null : isMap(value) ? value.compose || value : form.conditions()[value];
  if (value !== undefined && value !== null && !known) {
    // Not a condition (yet): as it is written.
    parts.hidden = true;
    raw.hidden = false;
    const field = control(raw);
    field.value = isText(value) ? value : "";
    field.addEventListener("input", () => put(field.value || undefined));
    return;
  }
  const [which, operator] = [parts.querySelector("[data-variable-of]"), parts.querySelector("[data-operator]")];
  const holder = parts.querySelector("[data-value]");
  const others = form.others(place);
  for (const one of others) which.append(new Option(one.title, one.name));
  if (known && !others.some((one) => one.name === known.variable)) which.append(new Option(known.variable, known.variable));
  which.value = known?.variable ?? "";
  operator.value = known?.operator ?? "==";
  let chosen = known ? [].concat(known.value) : [];
  const read = () => {
    const field = control(holder);
    if (!field) return [];
    const typed = field.tagName === "SELECT" ? [...field.selectedOptions].map((one) => JSON.parse(one.value)) : field.value.split(/\s*,\s*/).filter(Boolean).map((one) => scalar(one));
    return operator.value === "in" ? typed : typed.slice(0, 1);
  };
  const write = () => {
    chosen = read();
    if (!which.value) put(undefined);
    else if (chosen.length) put({ compose: { variable: which.value, operator: operator.value, value: operator.value === "in" ? chosen : chosen[0] } });
  };
  const draw = () => {
    operator.closest("label").hidden = holder.hidden = !which.value;
    control(holder)?.remove();
    const other = others.find((one) => one.name === which.value);
    const choices = other?.kind === "boolean" ? [true, false] : other?.values || [];
    for (const one of operator.options) one.hidden = other?.kind === "boolean" && !["==", "!="].includes(one.value);
    let field;
    if (choices.length) {
      field = document.createElement("select");
      for (const one of new Set([...choices, ...chosen])) field.append(new Option(String(one), JSON.stringify(one), false, chosen.includes(one)));
      field.multiple = operator.value === "in";
      if (field.multiple) field.size = Math.min(6, field.options.length);
    } else {
      field = Object.assign(document.createElement("input"), { autocomplete: "off", value: chosen.join(", ") });
    }
    field.addEventListener(field.tagName === "SELECT" ? "change" : "input", write);
    holder.append(field);
  };
  which.addEventListener("change", () => {
    chosen = [];
    operator.value = "==";
    draw();
    write();
  });
  operator.addEventListener("change", () => {
    draw();
    write();
  });
  draw();
};

widgets.keys = (element, value, put, { form, place }) => {
  const all = new Set(Array.isArray(value) ? value.map(String) : []);
  const names = (form.at(place.slice(0, -1)).variables || []).filter(isMap).map((one) => one.name).filter(isText).map(String);
  element.querySelector("[data-boxes]").replaceChildren(...[...new Set([...names, ...all])].map((name) => {
    const label = Object.assign(document.createElement("label"), { className: "tick" });
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: all.has(name) });
    box.addEventListener("change", () => {
      if (box.checked) all.add(name);
      else all.delete(name);
      put(all.size ? [...all] : undefined);
    });
    label.append(box, ` ${name}`);
    return label;
  }));
};

// How a derived value comes about: writes its three keys, of which one is there.
widgets.computed = (element, _value, _put, { form, place }) => {
  const own = place.slice(0, -1);
  const variable = form.at(own);
  const way = element.querySelector("[data-way]");
  const blocks = [...element.querySelectorAll("[data-way-of]")];
  const put = (key, value) => form.change((content) => {
    const one = form.at(own, content);
    for (const other of ["formula", "cases", "table"]) if (other !== key) delete one[other];
    one[key] = value;
  });
  const show = () => blocks.forEach((one) => (one.hidden = one.dataset.wayOf !== way.value));
  way.value = ["formula", "cases", "table"].find((one) => variable[one] !== undefined && variable[one] !== null) || "formula";
  way.addEventListener("change", () => {
    show();
    const block = blocks.find((one) => !one.hidden);
    if (way.value === "formula") put("formula", control(block).value);
    else if (way.value === "cases") put("cases", cases.length ? cases : [{ value: "" }]);
    else put("table", table);
    form.again(element.closest("[data-place]"));
  });
  show();

  const formula = control(blocks[0]);
  formula.value = isText(variable.formula) ? variable.formula : "";
  formula.addEventListener("input", () => put("formula", formula.value));

  const cases = (Array.isArray(variable.cases) ? variable.cases : []).map((one) => ({ ...one }));
  const rows = blocks[1].querySelector("[data-rows]");
  const drawCases = () => {
    rows.replaceChildren(...cases.map((one, at) => {
      const row = clone("t-case");
      for (const field of row.querySelectorAll("[data-of]")) {
        const key = field.dataset.of;
        field.value = one[key] ?? "";
        field.addEventListener("input", () => {
          if (field.value === "") delete one[key];
          else one[key] = key === "value" ? cell(field.value, variable.kind) : field.value;
          put("cases", cases.map((each) => ({ ...each })));
        });
      }
      row.querySelector("[data-do=remove]").addEventListener("click", () => {
        cases.splice(at, 1);
        put("cases", cases.slice());
        drawCases();
      });
      return row;
    }));
  };
  blocks[1].querySelector("[data-add]").addEventListener("click", () => {
    cases.push({ value: "" });
    put("cases", cases.slice());
    drawCases();
    rows.lastElementChild.querySelector("input").focus();
  });
  drawCases();

  const table = isMap(variable.table) ? structuredClone(variable.table) : { columns: [], rows: [] };
  const columns = blocks[2].querySelector("[data-columns]");
  const [head, body] = [blocks[2].querySelector("thead"), blocks[2].querySelector("tbody")];
  if (!Array.isArray(table.columns) || !Array.isArray(table.rows) || !table.rows.every(Array.isArray)) {
    blocks[2].replaceChildren(clone("t-strange"));
    return;
  }
  columns.value = table.columns.join(", ");
  const writeTable = () => put("table", structuredClone(table));
  const drawTable = () => {
    const top = document.createElement("tr");
    for (const name of [...table.columns, form.at(own).name ?? ""]) top.append(Object.assign(document.createElement("th"), { textContent: name, scope: "col" }));
    top.append(document.createElement("td"));
    head.replaceChildren(top);
    body.replaceChildren(...table.rows.map((row, at) => {
      const line = document.createElement("tr");
      for (let column = 0; column <= table.columns.length; column += 1) {
        const field = Object.assign(document.createElement("input"), { autocomplete: "off", className: "mono", value: [].concat(row[column] ?? "").join(" | ") });
        field.setAttribute("aria-label", `${table.columns[column] ?? form.at(own).name}, ${at + 1}`);
        field.addEventListener("input", () => {
          while (row.length <= column) row.push("");
          const several = field.value.split("|").map((one) => cell(one.trim(), ""));
          row[column] = several.length > 1 ? several : several[0];
          writeTable();
        });
        const holder = document.createElement("td");
        holder.append(field);
        line.append(holder);
      }
      const button = Object.assign(document.createElement("button"), { type: "button", className: "small quiet", textContent: "✕" });
      button.setAttribute("aria-label", `${form.say("remove")} ${at + 1}`);
      button.addEventListener("click", () => {
        table.rows.splice(at, 1);
        writeTable();
        drawTable();
      });
      const holder = document.createElement("td");
      holder.append(button);
      line.append(holder);
      return line;
    }));
  };
  columns.addEventListener("input", () => {
    table.columns = columns.value.split(/\s*,\s*/).filter(Boolean);
    for (const row of table.rows) {
      while (row.length < table.columns.length + 1) row.splice(-1, 0, "*");
      if (row.length > table.columns.length + 1) row.splice(table.columns.length, row.length - table.columns.length - 1);
    }
    writeTable();
    drawTable();
  });
  blocks[2].querySelector("[data-add-line]").addEventListener("click", () => {
    table.rows.push([...table.columns.map(() => "*"), ""]);
    writeTable();
    drawTable();
  });
  drawTable();
};

function cell(text, kind) {
  if (text === "true" || text === "false") return text === "true";
  return kind === "text" ? text : scalar(text);
}
