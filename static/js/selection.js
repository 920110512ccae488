// Ticking tickets in the queue: all of a page, a range with Shift, and how many there are. The bar with what to change
// (tickets/_bulk_bar.html) shows by CSS as soon as one is ticked. Enter in a field of its menus presses the menu's own button.
const boxes = () => [...document.querySelectorAll("[data-select]")];
const bar = () => document.getElementById("bulk-form");
let lastClicked = null;

function refresh() {
  const place = document.querySelector("[data-select-count]");
  if (!place) return;
  const ticked = boxes().filter((each) => each.checked).length;
  const everything = document.querySelector("[data-select-everything]").checked;
  const text = everything ? "Everything selected" : `${ticked} selected`;
  if (place.textContent !== text) place.textContent = text;
  const all = document.querySelector("[data-select-all]");
  if (!all) return;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

export function select(which) {
  for (const each of boxes()) each.checked = which(each);
  refresh();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-select]");
  if (!box) return;
  const all = boxes();
  const [from, to] = [all.indexOf(lastClicked), all.indexOf(box)].sort((one, other) => one - other);
  if (event.shiftKey && from >= 0) for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  lastClicked = box;
  refresh();
});

document.addEventListener("change", (event) => {
  if ("selectAll" in event.target.dataset) select(() => event.target.checked);
  else if (event.target.matches("[data-select], [data-select-everything]")) refresh();
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest(".bulk-menu");
  if (!menu || event.key !== "Enter" || !event.target.matches("input, select") || event.defaultPrevented) return;
  event.preventDefault();
  bar().requestSubmit(menu.querySelector("button[name=kind]"));
});

refresh();
document.addEventListener("htmx:after:swap", refresh);
window.addEventListener("pageshow", refresh);
