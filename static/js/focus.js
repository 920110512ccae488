// A swap that takes away the focused element leaves the keyboard at the top of the page. Put the focus back to the form
// that was sent, or to the part that was swapped. (htmx itself does so for a focused element that has an id.)
let lost = null;

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const target = tasks.find((task) => task.target?.contains?.(document.activeElement))?.target;
  const inside = target && document.activeElement !== document.body;
  lost = inside ? [ctx.request.form?.id, target.id].filter(Boolean) : null;
});

document.addEventListener("htmx:after:swap", () => {
  if (!lost || document.activeElement !== document.body) return;
  const place = lost.map((id) => document.getElementById(id)).find(Boolean);
  if (!place) return;
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.dataset.focusKept = "";
  place.focus({ preventScroll: true });
});
