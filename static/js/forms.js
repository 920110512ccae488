// Forms: sent once, text boxes that grow.

// --- Sent once: a form that is on its way cannot be sent again. `data-repeatable` opts out.
// confirm.js is loaded earlier and stops what is not agreed to. ---

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('[aria-busy="true"]')) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "repeatable" in form.dataset) return;
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

// --- Text boxes that grow, where the browser cannot do it by itself (CSS field-sizing). ---

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

if (!CSS.supports("field-sizing", "content")) {
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) grow(event.target);
  });
}
