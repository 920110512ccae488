// Asks before a form or button with data-confirm="question" is sent. data-confirm-label names the button,
// data-confirm-danger paints it red. Without JavaScript the form is simply sent.
const dialog = document.getElementById("confirm-dialog");
const text = document.getElementById("confirm-text");
const yes = document.getElementById("confirm-yes");
const agreed = new WeakSet();

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const asking = submitter?.closest("[data-confirm]") ?? form.closest("[data-confirm]");
  if (!asking || agreed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  text.textContent = asking.dataset.confirm;
  yes.textContent = asking.dataset.confirmLabel ?? submitter?.textContent.trim() ?? "Continue";
  yes.classList.toggle("btn-danger", "confirmDanger" in asking.dataset);
  yes.classList.toggle("btn-primary", !("confirmDanger" in asking.dataset));
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    agreed.add(form);
    form.requestSubmit(submitter);
  }, { once: true });
  dialog.showModal();
}, { capture: true });

// A click beside the dialog closes it, as Escape does.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close("no");
});
