// A new training: the settings that hold where nothing is set are those of the preset. One at work is watched.
import { send, shown } from "./api.js";
import { asked } from "./asking.js";
import "./live.js";

const form = document.querySelector("form[data-tune]");
if (form) {
  const alert = form.querySelector("[role=alert]");
  const start = form.querySelector("button.main");
  const presets = JSON.parse(form.dataset.presets);
  const preset = form.elements.namedItem("preset");

  function asPreset() {
    for (const field of form.querySelectorAll("input[name^='settings.']")) {
      field.placeholder = presets[preset.value][field.name.replace("settings.", "")] ?? "";
    }
  }

  preset.addEventListener("change", asPreset);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.hidden = true;
    start.disabled = true;
    try {
      const { name } = await send("POST", "/api/tune", asked(form));
      window.location.assign(`/tune/${encodeURIComponent(name)}`);
    } catch (error) {
      start.disabled = false;
      shown(error, alert);
    }
  });
  // A field that is wrong may lie in the folded part.
  form.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);
  asPreset();
}
