// What the form asks for, as the API takes it. Fields named "options.seed" become parts of "options".
export function asked(form) {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    let value = field.value;
    if (field.type === "checkbox") value = field.checked;
    else if (value.trim() === "") continue;
    else if (field.type === "number") value = Number(value);
    else if (field.dataset.type === "ids") value = value.split(/[\n,;]+/).map((one) => one.trim()).filter(Boolean);
    let place = found;
    const steps = field.name.split(".");
    for (const step of steps.slice(0, -1)) place = place[step] = place[step] || {};
    place[steps.at(-1)] = value;
  }
  return found;
}
