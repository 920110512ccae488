// A swap that removes the focused element would send the keyboard back to the top of the page. Move the focus to the form that
// was sent, or to the part that was swapped. (htmx does this only for a focused element that has an id.)
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
  place.dataset.focusMoved = "";
  place.focus({ preventScroll: true });
});
