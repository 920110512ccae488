// Forms: sent once, drafts kept in this tab, text boxes that grow.

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

// --- Drafts: `data-draft="key"` on a text field. A draft goes away once its form was accepted, which is when the next
// page is neither the form with what was typed, nor an error or login page (`data-failed` on <body>). ---

const draftKey = (field) => `draft:${field.dataset.draft}`;
const sentKey = (field) => `sent:${field.dataset.draft}`;
const draftsIn = (node) => node.querySelectorAll("[data-draft]");

function restore(field) {
  const typed = sessionStorage.getItem(draftKey(field));
  if (typed && !field.value) {
    field.value = typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function forgetAccepted() {
  const { type } = performance.getEntriesByType("navigation")[0] ?? {};
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith("sent:"))) {
    sessionStorage.removeItem(key);
    const name = key.slice("sent:".length);
    const field = document.querySelector(`[data-draft="${CSS.escape(name)}"]`);
    const refused = "failed" in document.body.dataset || field?.value || type === "back_forward";
    if (!refused) sessionStorage.removeItem(`draft:${name}`);
  }
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.dataset.draft) return;
  if (field.value) sessionStorage.setItem(draftKey(field), field.value);
  else sessionStorage.removeItem(draftKey(field));
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if ("forgetDrafts" in event.target.dataset) sessionStorage.clear();
  for (const field of draftsIn(event.target)) sessionStorage.setItem(sentKey(field), "1");
});

document.addEventListener("htmx:after:request", (event) => {
  const { request, response } = event.detail.ctx;
  if (!request.form || request.method === "GET" || response.status >= 400) return;
  for (const field of draftsIn(request.form)) sessionStorage.removeItem(draftKey(field));
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

forgetAccepted();
draftsIn(document).forEach(restore);
document.addEventListener("htmx:after:swap", () => draftsIn(document).forEach(restore));
