// The command palette (components/_palette.html): Ctrl-K or Cmd-K opens and closes it. Its list is a combobox (combobox.js);
// an entry is a link, a form, a key of the page (data-press) or a click on a part of it (data-click).
const dialog = document.getElementById("palette");
const field = document.getElementById("palette-field");
const list = document.getElementById("palette-list");

function open() {
  document.querySelector("dialog[open]")?.close();
  field.value = "";
  list.replaceChildren();
  dialog.showModal();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function click(selector) {
  const part = document.querySelector(selector);
  part?.focus();
  part?.click();
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });

  list.addEventListener("click", (event) => {
    const entry = event.target.closest("[role=option]");
    const { press, click: selector } = entry?.dataset ?? {};
    if (!press && !selector) return;
    dialog.close();
    document.activeElement?.blur();
    if (press) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: press, bubbles: true }));
    else click(selector);
  });

  // Enter with nothing to take stays here: the page of results is for whoever has no JavaScript.
  field.form.addEventListener("submit", (event) => event.preventDefault());

  // In a search field Escape would first empty it.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    dialog.close();
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
