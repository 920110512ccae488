// Selecting tickets in the queue: one, all on the page, or a range with Shift. CSS shows the bar with bulk actions
// (tickets/_bulk_bar.html) while any is selected. Enter in a field of one of its menus presses that menu's button.
const boxes = () => [...document.querySelectorAll("[data-select]")];
let lastClicked = null;

function refresh() {
  const status = document.querySelector("[data-select-count]");
  if (!status) return;
  const selected = boxes().filter((each) => each.checked).length;
  const everything = document.querySelector("[data-select-everything]").checked;
  const text = everything ? "All tickets selected" : `${selected} selected`;
  if (status.textContent !== text) status.textContent = text;
  const all = document.querySelector("[data-select-all]");
  if (!all) return;
  all.checked = selected > 0 && selected === boxes().length;
  all.indeterminate = selected > 0 && !all.checked;
}

export function selectAll(isSelected) {
  for (const each of boxes()) each.checked = isSelected;
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
  if ("selectAll" in event.target.dataset) selectAll(event.target.checked);
  else if (event.target.matches("[data-select], [data-select-everything]")) refresh();
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest(".bulk-menu");
  if (!menu || event.key !== "Enter" || !event.target.matches("input, select") || event.defaultPrevented) return;
  event.preventDefault();
  document.getElementById("bulk-form").requestSubmit(menu.querySelector("button[name=kind]"));
});

refresh();
document.addEventListener("htmx:after:swap", refresh);
window.addEventListener("pageshow", refresh);
