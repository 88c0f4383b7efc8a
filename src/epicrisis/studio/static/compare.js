// Compare: the baseline stands first in the address, and is not set beside itself.
const form = document.querySelector("form[data-compare]");
if (form) {
  const baseline = form.querySelector("[data-baseline]");
  const others = [...form.querySelectorAll("input[name=run]")];
  const fit = () =>
    others.forEach((one) => {
      one.disabled = one.value === baseline.value;
      if (one.disabled) one.checked = false;
    });
  baseline.addEventListener("change", fit);
  fit();
  form.addEventListener("submit", (event) => {
    if (others.some((one) => one.checked && !one.disabled)) return;
    event.preventDefault();
    const alert = form.querySelector("[role=alert]");
    alert.textContent = form.dataset.few;
    alert.hidden = false;
  });
}
