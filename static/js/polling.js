// Elements that poll (data-quiet with hx-trigger="every …") pause while the tab is hidden and refresh when it is shown again.
// htmx could do so in hx-trigger only with a filter, which needs eval.
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && "quiet" in event.detail.ctx.sourceElement.dataset) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const each of document.querySelectorAll("[data-quiet]")) each.dispatchEvent(new CustomEvent("every"));
});
