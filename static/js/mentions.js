// <textarea data-mentions="address">: offers colleagues while @name is typed in an internal note. The address answers
// ?q=<what is typed> with [{"handle", "name"}]. Arrows choose, Enter or Tab takes, Escape closes.
const WAIT = 120;
const CALL = /(^|[\s(,;:])@([\w.+-]*)$/;
let timer;
let asked = new AbortController();

const isNote = (area) => area.form?.querySelector("[name=kind][value=note]")?.checked;
const called = (area) => area.value.slice(0, area.selectionStart).match(CALL)?.[2];
const say = (text) => document.dispatchEvent(new CustomEvent("supportcenter:say", { detail: { text } }));

function listOf(area) {
  const known = document.getElementById("mention-list");
  if (known?.previousElementSibling === area) return known;
  known?.remove();
  const list = Object.assign(document.createElement("ul"), { id: "mention-list", className: "people-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Colleagues");
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(area, option);
  });
  area.after(list);
  area.setAttribute("aria-controls", list.id);
  return list;
}

function close(area) {
  clearTimeout(timer);
  asked.abort();
  area.removeAttribute("aria-activedescendant");
  listOf(area).hidden = true;
}

function activate(area, option) {
  for (const each of listOf(area).children) each.setAttribute("aria-selected", String(each === option));
  area.setAttribute("aria-activedescendant", option.id);
}

function show(area, people) {
  const list = listOf(area);
  list.replaceChildren(...people.map(({ handle, name }, index) => {
    const option = Object.assign(document.createElement("li"), { id: `mention-${index}` });
    option.setAttribute("role", "option");
    option.dataset.handle = handle;
    const words = [["person-name", name], ["person-email", `@${handle}`]];
    option.append(...words.map(([className, textContent]) => Object.assign(document.createElement("span"), { className, textContent })));
    return option;
  }));
  list.hidden = false;
  activate(area, list.firstElementChild);
  say(people.length === 1 ? "One colleague found." : `${people.length} colleagues found.`);
}

function ask(area) {
  close(area);
  const words = called(area);
  if (words === undefined || !isNote(area)) return;
  timer = setTimeout(async () => {
    asked = new AbortController();
    try {
      const url = `${area.dataset.mentions}?${new URLSearchParams({ q: words })}`;
      const response = await fetch(url, { signal: asked.signal, headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) return;
      const people = await response.json();
      if (people.length && document.activeElement === area) show(area, people);
    } catch {
      // No suggestions: the note works without them.
    }
  }, WAIT);
}

function take(area, option) {
  const start = area.selectionStart - called(area).length;
  area.setRangeText(`${option.dataset.handle} `, start, area.selectionStart, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function pressed(area, event) {
  const list = listOf(area);
  if (list.hidden || event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey) return;
  const options = [...list.children];
  const now = options.findIndex((each) => each.id === area.getAttribute("aria-activedescendant"));
  const keys = {
    ArrowDown: () => activate(area, options[(now + 1) % options.length]),
    ArrowUp: () => activate(area, options.at(now - 1)),
    Enter: () => take(area, options[now]),
    Tab: () => take(area, options[now]),
    Escape: () => close(area),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

const areaOf = (event) => (event.target.matches?.("textarea[data-mentions]") ? event.target : null);
document.addEventListener("input", (event) => areaOf(event) && ask(areaOf(event)));
document.addEventListener("keydown", (event) => areaOf(event) && pressed(areaOf(event), event));
document.addEventListener("focusout", (event) => areaOf(event) && close(areaOf(event)));
