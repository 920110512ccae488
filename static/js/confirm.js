// Asks for confirmation before a form or button with data-confirm="question" is submitted, with and without htmx (its
// hx-confirm covers neither plain forms nor dialogs). data-confirm-label names the button, data-confirm-danger makes it red.
// Without JavaScript the form is submitted at once.
const dialog = document.getElementById("confirm-dialog");
const text = document.getElementById("confirm-text");
const yes = document.getElementById("confirm-yes");
const confirmed = new WeakSet();

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const source = submitter?.closest("[data-confirm]") ?? form.closest("[data-confirm]");
  if (!source || confirmed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  text.textContent = source.dataset.confirm;
  yes.textContent = source.dataset.confirmLabel ?? submitter?.textContent.trim() ?? "Continue";
  yes.classList.toggle("btn-danger", "confirmDanger" in source.dataset);
  yes.classList.toggle("btn-primary", !("confirmDanger" in source.dataset));
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    confirmed.add(form);
    form.requestSubmit(submitter);
  }, { once: true });
  dialog.showModal();
}, { capture: true });

// A click outside the dialog closes it, as Escape does.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close("no");
});
