// <input data-listbox="id">: a field whose suggestions the server writes into that listbox (hx-target). Arrows choose, Enter
// or Tab takes, Escape closes. An option with data-completes puts its text into the field; any other is clicked. With
// data-first the first option is chosen by itself. Without this it is a plain search field.
const fields = () => document.querySelectorAll("input[data-listbox]");
const listOf = (input) => document.getElementById(input.dataset.listbox);
const optionsOf = (input) => [...listOf(input).querySelectorAll("[role=option]")];
const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

function prepare(input) {
  if (input.getAttribute("role") === "combobox") return;
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": input.dataset.listbox };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.addEventListener("blur", () => close(input));
  input.addEventListener("keydown", (event) => pressed(input, event));
  const list = listOf(input);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-completes]");
    if (option) complete(input, option);
  });
}

function close(input) {
  if ("first" in input.dataset) return; // its dialog closes
  listOf(input).hidden = true;
  listOf(input).replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function activate(input, option) {
  for (const each of optionsOf(input)) each.setAttribute("aria-selected", String(each === option));
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function show(input) {
  const options = optionsOf(input);
  const opens = options.length > 0 && document.activeElement === input;
  listOf(input).hidden = !opens;
  input.setAttribute("aria-expanded", String(opens));
  input.removeAttribute("aria-activedescendant");
  if (opens && "first" in input.dataset) activate(input, options[0]);
}

function complete(input, option) {
  input.value = option.dataset.completes; // before the list, and the option with it, is gone
  close(input);
  input.scrollLeft = input.scrollWidth;
  if (input.value.endsWith(":")) input.dispatchEvent(new Event("combobox:ask"));
}

function take(input, option) {
  if ("completes" in option.dataset) complete(input, option);
  else option.click();
}

function move(input, by) {
  const options = optionsOf(input);
  const now = options.findIndex((each) => each.id === input.getAttribute("aria-activedescendant"));
  activate(input, options.at(now < 0 && by < 0 ? -1 : (now + by) % options.length));
}

function pressed(input, event) {
  if (event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!isOpen(input)) {
    if (event.key === "ArrowDown") input.dispatchEvent(new Event("combobox:ask"));
    return;
  }
  const active = document.getElementById(input.getAttribute("aria-activedescendant") ?? "");
  const isPalette = "first" in input.dataset;
  const keys = {
    ArrowDown: () => move(input, 1),
    ArrowUp: () => move(input, -1),
    ...(active && { Enter: () => take(input, active) }),
    ...(!isPalette && { Tab: () => take(input, active ?? optionsOf(input)[0]), Escape: () => close(input) }),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

const prepareAll = () => fields().forEach(prepare);
prepareAll();
document.addEventListener("htmx:after:swap", (event) => {
  prepareAll();
  for (const input of fields()) if (event.detail.ctx.sourceElement === input) show(input);
});
