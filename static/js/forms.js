// Prevents double submission of forms, with and without htmx. Loaded after confirm.js, which stops what was not confirmed.

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('[aria-busy="true"]')) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sending = "true";
  event.submitter?.setAttribute("aria-busy", "true");
}, { capture: true });

window.addEventListener("pageshow", () => document.querySelectorAll("[data-sending]").forEach(release));
document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx.request.form;
  if (form) release(form);
});

// Text boxes grow with their text; browsers without CSS field-sizing need help.
function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

if (!CSS.supports("field-sizing", "content")) {
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) grow(event.target);
  });
}
