// Macros: the dialog that lists them, and applying one to the composer. Its text is added after what was already typed. The
// server fills in the placeholders (templates/tickets/_macro_preview.html).
const dialog = () => document.getElementById("macro-dialog");
const options = () => [...document.querySelectorAll("#macro-options [data-macro]")];

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-opens-macros]")) dialog()?.showModal();
  const button = event.target.closest("[data-macro-use]");
  if (!button || !dialog()?.open) return;
  event.preventDefault();
  apply(button.closest("#macro-preview"));
});

function apply(preview) {
  const composer = document.getElementById("composer");
  const area = composer.querySelector("textarea[name=body]");
  const text = preview.querySelector("[data-macro-text]").value;
  // Text typed as a note never becomes an answer, and the text of a note never goes into an answer.
  if (preview.dataset.kind === "note" || !area.value.trim()) {
    composer.querySelector(`[name=kind][value=${preview.dataset.kind}]`)?.click();
  }
  const status = composer.querySelector("[name=status]");
  if (status && preview.dataset.status) status.value = preview.dataset.status;
  area.value = area.value.trim() ? `${area.value.trimEnd()}\n\n${text}` : text;
  composer.querySelector("#composer-macro").replaceChildren(preview.querySelector("[data-macro-mark]"));
  dialog().close();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}

// Arrow keys move through the list; Enter in the search box chooses the first macro.
document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("[data-macro-search], [data-macro]")) return;
  const all = options();
  const index = all.indexOf(document.activeElement);
  const next = { ArrowDown: all[index + 1], ArrowUp: all[index - 1] }[event.key];
  if (next) {
    event.preventDefault();
    next.focus();
  } else if (event.key === "Enter" && "macroSearch" in event.target.dataset) {
    event.preventDefault();
    all[0]?.click();
  }
});

// After choosing a macro, the next Enter applies it.
document.addEventListener("htmx:after:swap", (event) => {
  if (dialog()?.open && "macro" in event.detail.ctx.sourceElement.dataset) {
    document.querySelector("#macro-preview [data-macro-use]")?.focus();
  }
});

// Ctrl-Enter (Command-Enter on a Mac) sends the composer.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("#composer");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".btn-primary"));
});
