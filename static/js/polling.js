// Parts that look for news by themselves (data-quiet, hx-trigger="every …"): not while the tab is hidden, and at once when
// it is seen again.
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && "quiet" in event.detail.ctx.sourceElement.dataset) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const each of document.querySelectorAll("[data-quiet]")) each.dispatchEvent(new CustomEvent("every"));
});
