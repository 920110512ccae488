// Elements that poll (data-quiet with hx-trigger="every …") pause while the tab is hidden and refresh when it is shown again.
// htmx could do so in hx-trigger only with a filter, which needs eval.
document.addEventListener("htmx:before:request", (event) => {
  if (document.hidden && "quiet" in event.detail.ctx.sourceElement.dataset) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const each of document.querySelectorAll("[data-quiet]")) each.dispatchEvent(new CustomEvent("every"));
});

// A ticket's thread: requests say which entry is the newest here, so that responses bring only newer ones.
document.addEventListener("htmx:config:request", (event) => {
  const { last } = document.getElementById("thread-poll")?.dataset ?? {};
  if (last) event.detail.ctx.request.headers["Thread-After"] = last;
});

// Two responses at a time may bring the same entry.
document.addEventListener("htmx:after:swap", () => {
  const ids = new Set();
  for (const entry of document.querySelectorAll("#thread-entries > [id]")) {
    if (ids.has(entry.id)) entry.remove();
    ids.add(entry.id);
  }
});

// A link to an entry in the middle of a long thread, which was left out.
function showEntry() {
  const isEntry = /^#entry-\d+$/.test(location.hash) && !document.querySelector(location.hash);
  if (isEntry && document.getElementById("thread-gap")) location.replace(`?all=1${location.hash}`);
}
showEntry();
window.addEventListener("hashchange", showEntry);
