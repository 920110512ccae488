// Macros: the dialog that offers them beside the composer, and putting one into what is being written. Nothing typed is lost:
// the text is added behind it. The server fills in the placeholders (templates/tickets/_macro_preview.html).
const dialog = () => document.getElementById("macro-dialog");
const options = () => [...document.querySelectorAll("#macro-options [data-macro]")];

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-opens-macros]")) dialog()?.showModal();
  const use = event.target.closest("[data-macro-use]");
  if (!use || !dialog()?.open) return;
  event.preventDefault();
  put(use.closest("#macro-preview"));
});

function put(preview) {
  const composer = document.getElementById("composer");
  const area = composer.querySelector("textarea[name=body]");
  const text = preview.querySelector("[data-macro-text]").value;
  // What was typed as a note never becomes an answer, and the text of a note never goes into one.
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

// In the dialog: arrows go through the list, Enter in the search box takes the first.
document.addEventListener("keydown", (event) => {
  const inList = event.target.closest?.("[data-macro-words], [data-macro]");
  if (!inList) return;
  const all = options();
  const here = all.indexOf(document.activeElement);
  const next = { ArrowDown: all[here + 1], ArrowUp: all[here - 1] }[event.key];
  if (next) {
    event.preventDefault();
    next.focus();
  } else if (event.key === "Enter" && "macroWords" in event.target.dataset) {
    event.preventDefault();
    all[0]?.click();
  }
});

// What was chosen can be put in by the next Enter.
document.addEventListener("htmx:after:swap", (event) => {
  if (dialog()?.open && "macro" in event.detail.ctx.sourceElement.dataset) {
    document.querySelector("#macro-preview [data-macro-use]")?.focus();
  }
});

// Ctrl-Enter (on a Mac, Command) sends what is written.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("#composer");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".btn-primary"));
});
