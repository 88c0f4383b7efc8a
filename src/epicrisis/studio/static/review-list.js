// Start or continue a review: the studio says which report comes next.
import { send, shown } from "./api.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-next]");
  if (!button) return;
  const place = document.getElementById("nothing");
  button.disabled = true;
  place.hidden = true;
  try {
    const review = button.dataset.next;
    const next = await send("POST", `/api/reviews/${encodeURIComponent(review)}/next`, {});
    if (next.report_id === null) shown({ message: button.dataset.nothing }, place);
    else window.location.assign(`/reviews/${encodeURIComponent(review)}/report?id=${encodeURIComponent(next.report_id)}`);
  } catch (error) {
    shown(error, place);
  } finally {
    button.disabled = false;
  }
});
