// Something at work: screen readers hear of every tenth and of every change, not of every look.
const live = () => document.getElementById("live");
if (live()) {
  const say = document.querySelector("[data-say]");
  let before = live().dataset.status;
  let said = live().dataset.said;
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "live") return;
    const now = live();
    if (now.dataset.said !== said) say.textContent = said = now.dataset.said;
    if (now.dataset.status !== before) {
      before = now.dataset.status;
      document.body.dispatchEvent(new CustomEvent("status-changed"));
    }
  });
  document.addEventListener("sent", (event) => {
    if (!event.target.closest("#controls")) return;
    // What was over has no more looks of its own.
    if (live().hasAttribute("hx-trigger")) live().dispatchEvent(new CustomEvent("refresh"));
    else window.location.reload();
    document.body.dispatchEvent(new CustomEvent("status-changed"));
  });
}
