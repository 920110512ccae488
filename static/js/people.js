// <input data-people="address">: suggests people while the last address of a list is typed. The address answers
// ?q=<what is typed> with [{"email", "name"}]. Arrows choose, Enter or Tab takes, Escape closes. Without it: a plain input.

const WAIT = 150;
const LEAST = 2;
let count = 0;
let timer;
let asked = new AbortController();

const lastWord = (input) => input.value.match(/[^\s,;]*$/)[0];
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const isOpen = (input) => input.getAttribute("aria-expanded") === "true";
const say = (text) => document.dispatchEvent(new CustomEvent("supportcenter:say", { detail: { text } }));

function prepare(input) {
  if (input.getAttribute("role") === "combobox") return;
  count += 1;
  const list = Object.assign(document.createElement("ul"), { id: `people-${count}`, className: "people-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.offers ?? "people");
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(input, option);
  });
  input.after(list);
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  input.addEventListener("input", () => ask(input));
  input.addEventListener("blur", () => close(input));
  input.addEventListener("keydown", (event) => pressed(input, event));
}

function close(input) {
  clearTimeout(timer);
  asked.abort();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  listOf(input).hidden = true;
}

function activate(input, option) {
  for (const each of listOf(input).children) each.setAttribute("aria-selected", String(each === option));
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function show(input, people) {
  const list = listOf(input);
  list.replaceChildren(...people.map(({ email, name }, index) => {
    const option = Object.assign(document.createElement("li"), { id: `${list.id}-${index}` });
    option.setAttribute("role", "option");
    option.dataset.email = email;
    const words = [["person-name", name], ["person-email", email]].filter(([, text]) => text);
    option.append(...words.map(([className, textContent]) => Object.assign(document.createElement("span"), { className, textContent, dir: "auto" })));
    return option;
  }));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  activate(input, list.firstElementChild);
  const what = input.dataset.offers ?? "people";
  say(people.length === 1 ? `One of ${what} found.` : `${people.length} ${what} found.`);
}

function ask(input) {
  const word = lastWord(input);
  close(input);
  if (word.length < LEAST || document.activeElement !== input) return;
  timer = setTimeout(async () => {
    asked = new AbortController();
    const url = `${input.dataset.people}?${new URLSearchParams({ q: word })}`;
    try {
      const response = await fetch(url, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) return;
      const before = input.value.slice(0, -word.length).toLowerCase().split(/[\s,;]+/);
      const found = await response.json();
      const people = found.filter(({ email }) => !before.includes(email.toLowerCase()));
      const isDone = people.some(({ email }) => email.toLowerCase() === word.toLowerCase());
      if (people.length && !isDone) show(input, people);
    } catch {
      // No suggestions: the field works without them.
    }
  }, WAIT);
}

function take(input, option) {
  input.value = `${input.value.slice(0, -lastWord(input).length)}${option.dataset.email} `;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.scrollLeft = input.scrollWidth;
}

function pressed(input, event) {
  if (!isOpen(input) || event.isComposing || event.shiftKey) return;
  const options = [...listOf(input).children];
  const now = options.findIndex((each) => each.id === input.getAttribute("aria-activedescendant"));
  const keys = {
    ArrowDown: () => activate(input, options[(now + 1) % options.length]),
    ArrowUp: () => activate(input, options.at(now - 1)),
    Enter: () => take(input, options[now]),
    Tab: () => take(input, options[now]),
    Escape: () => close(input),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

const refresh = () => document.querySelectorAll("input[data-people]").forEach(prepare);
refresh();
document.addEventListener("htmx:after:swap", refresh);
