// The command palette (components/_palette.html): Ctrl-K or Cmd-K opens and closes it. Its field is a combobox (combobox.js).
// An entry is a link, a form, a keyboard shortcut (data-press), or a click on an element of the page (data-click).
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
  const element = document.querySelector(selector);
  element?.focus();
  element?.click();
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

  // Enter without a match does nothing; the page of results is for people without JavaScript.
  field.form.addEventListener("submit", (event) => event.preventDefault());

  // Escape would first clear the search field.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    dialog.close();
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
