// Only the adapters that were trained on the chosen engine can be chosen.
export function fitAdapters(form) {
  const place = form.querySelector("[data-adapters]");
  if (!place) return;
  const engine = form.elements.namedItem("engine");
  const adapter = form.elements.namedItem("adapter");
  const fit = () => {
    let some = false;
    for (const one of adapter.options) {
      if (!one.value) continue;
      const fits = JSON.parse(one.dataset.engines).includes(engine.value);
      one.hidden = one.disabled = !fits;
      some = some || fits;
    }
    if (adapter.selectedOptions[0]?.disabled) adapter.value = "";
    place.querySelector("[data-none]").hidden = some;
    place.querySelector("[data-some]").hidden = !some;
    adapter.disabled = !some;
  };
  engine.addEventListener("change", fit);
  fit();
}
