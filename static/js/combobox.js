// <input data-options="/url/">: a combobox (ARIA 1.2) whose options the server renders for ?q=<what is being typed>, as in
// components/_options.html. An option with data-value completes the field as its data-completes says (completion.js). Without
// data-completes the list stays open, and its options are links and buttons (the palette). data-options-if="selector": only
// while the form has such an element. Without JavaScript it is a plain field.
import { complete, tokenOf, withoutUsed } from "./completion.js";
import { announce } from "./toasts.js";

const WAIT = 120;
let timer;
let request = new AbortController();
let lists = 0;

const byId = (field, attribute) => document.getElementById(field.getAttribute(attribute) ?? "");
const listOf = (field) => byId(field, "aria-controls");
const activeOf = (field) => byId(field, "aria-activedescendant");
const optionsOf = (field) => [...(listOf(field)?.querySelectorAll("[role=option]") ?? [])];
const isOpen = (field) => listOf(field)?.hidden === false;
const isPalette = (field) => !field.dataset.completes;
const isSearch = (field) => field.dataset.completes === "text"; // Enter sends what was typed, unless an option was chosen
const isOff = ({ form, dataset }) => dataset.optionsIf && !form.querySelector(dataset.optionsIf);

function addList(field) {
  lists += 1;
  const list = Object.assign(document.createElement("ul"), { id: `suggestions-${lists}`, className: "suggestions", role: "listbox", ariaLabel: "Suggestions" });
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  return list;
}

function setOpen(field, open) {
  listOf(field).hidden = !open;
  if (field.tagName === "INPUT") field.ariaExpanded = String(open); // a text area has to stay a text box
}

function activate(field, option) {
  for (const each of optionsOf(field)) each.ariaSelected = String(each === option);
  if (!option) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function move(field, by) {
  const options = optionsOf(field);
  const now = options.indexOf(activeOf(field));
  activate(field, options.at(now < 0 && by < 0 ? -1 : (now + by) % options.length));
}

function cancel(field) {
  clearTimeout(timer);
  request.abort();
  activate(field, null);
}

function close(field) {
  cancel(field);
  if (!isOpen(field) || isPalette(field)) return;
  listOf(field).replaceChildren();
  setOpen(field, false);
}

function show(field, html) {
  const list = listOf(field) ?? addList(field);
  list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.children);
  const options = withoutUsed(field, optionsOf(field));
  for (const each of optionsOf(field)) if (!options.includes(each)) each.remove();
  options.forEach((each, index) => { each.id = `${list.id}-${index + 1}`; });
  setOpen(field, options.length > 0);
  activate(field, isSearch(field) ? null : options[0]);
  announce(options.length === 1 ? "1 suggestion" : `${options.length} suggestions`);
}

function ask(field) {
  cancel(field);
  const token = tokenOf(field);
  if (token === undefined || isOff(field) || document.activeElement !== field) return close(field);
  timer = setTimeout(async () => {
    request = new AbortController();
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    try {
      const response = await fetch(`${field.dataset.options}?${new URLSearchParams({ q: token })}`, { headers, signal: request.signal });
      if (response.ok && !response.redirected) show(field, await response.text());
    } catch {} // The field works without suggestions.
  }, WAIT);
}

function onKey(field, event) {
  if (event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!isOpen(field)) return event.key === "ArrowDown" && ask(field);
  const active = activeOf(field);
  const forTab = active ?? (isSearch(field) && optionsOf(field)[0]);
  const keys = {
    ArrowDown: () => move(field, 1),
    ArrowUp: () => move(field, -1),
    ...(active && { Enter: () => active.click() }),
    ...(!isPalette(field) && { Escape: () => close(field), ...(forTab && { Tab: () => forTab.click() }) }),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

function prepare() {
  for (const field of document.querySelectorAll("input[data-options]:not([role])")) {
    Object.assign(field, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false" });
  }
}

// A choice opens like a select; all of it is selected, so that every choice is suggested and typing replaces it.
function openChoice(field) {
  if (field.dataset.completes !== "choice") return;
  field.select();
  ask(field);
}

for (const [name, act] of Object.entries({ input: ask, focusin: openChoice, focusout: close, keydown: onKey })) {
  document.addEventListener(name, (event) => event.target.matches?.("[data-options]") && act(event.target, event));
}
document.addEventListener("pointerdown", (event) => event.target.closest("[role=listbox]") && event.preventDefault()); // keeps the focus
document.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option][data-value]");
  if (!option) return;
  const field = document.querySelector(`[aria-controls="${option.parentElement.id}"]`);
  complete(field, option.dataset.value);
  if (!field.value.endsWith(":")) close(field);
});
prepare();
document.addEventListener("htmx:after:swap", prepare);
