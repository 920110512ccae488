// Drafts: what was typed stays in this tab (sessionStorage) until the server has accepted the form. The key names the user.
//
// <form data-draft-form="key">   saves every named field except files, passwords and hidden ones, but also `submission_key`,
//                                so that sending again can't create a second ticket. An accepted form leads to another page;
//                                going back shows what was sent, with the same key until something is changed.
//                                type="reset" discards the draft.
// <form data-forget-drafts>      logging out: discards all drafts, in all tabs.
// <body data-failed>             an error or login page: the form that was sent was not accepted.

const EXCLUDED = ["file", "password", "hidden", "submit", "button", "reset", "image", "fieldset", "output"];
const isChoice = (field) => ["radio", "checkbox"].includes(field.type);
const navigation = performance.getEntriesByType("navigation")[0]?.type;
const restored = new WeakSet();
const freshKeys = new WeakMap();
const otherTabs = new BroadcastChannel("drafts");

function draftOf(form) {
  const isSaved = (field) => field.name === "submission_key" || !EXCLUDED.includes(field.type);
  return { key: form.dataset.draftForm, form, fields: [...form.elements].filter((each) => each.name && isSaved(each)) };
}

const drafts = () => [...document.querySelectorAll("form[data-draft-form]")].map(draftOf);
const draftsOf = (form) => drafts().filter((each) => each.form === form);

function valuesOf(field) {
  if (isChoice(field)) return field.checked ? [field.value] : [];
  return field.options ? [...field.selectedOptions].map((option) => option.value) : [field.value];
}

function setValues(field, values) {
  if (isChoice(field)) field.checked = values.includes(field.value);
  else if (field.type === "select-multiple") for (const each of field.options) each.selected = values.includes(each.value);
  else if (!field.options || [...field.options].some((each) => each.value === values[0])) field.value = values[0];
}

function save({ key, fields }) {
  const values = {};
  for (const each of fields) (values[each.name] ??= []).push(...valuesOf(each));
  sessionStorage.setItem(`draft:${key}`, JSON.stringify(values));
}

// A form with errors has its values from the server, which win.
const hasErrors = ({ form }) => Boolean(form.querySelector(".form-errors, .errorlist"));

function restore(draft) {
  if (restored.has(draft.form) || hasErrors(draft)) return;
  restored.add(draft.form);
  if (navigation !== "back_forward") sessionStorage.removeItem(`done:${draft.key}`);
  const unsent = sessionStorage.getItem(`draft:${draft.key}`);
  const saved = unsent ?? sessionStorage.getItem(`done:${draft.key}`);
  if (!saved) return;
  const values = JSON.parse(saved);
  if (!unsent) freshKeys.set(draft.form, draft.form.elements.submission_key.value);
  const fields = draft.fields.filter((each) => each.name in values);
  for (const each of fields) setValues(each, values[each.name]);
  for (const each of fields) each.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "restored" }));
}

// The page that follows a plain form shows whether it was accepted.
function forgetAccepted() {
  const failed = "failed" in document.body.dataset || navigation === "back_forward";
  for (const marker of Object.keys(sessionStorage).filter((each) => each.startsWith("sent:"))) {
    sessionStorage.removeItem(marker);
    const key = marker.slice("sent:".length);
    const isShownAgain = drafts().some((each) => each.key === key);
    if (!failed && !isShownAgain) accept(key);
  }
}

// Discard an accepted draft, but save it for the Back button.
function accept(key) {
  const draft = sessionStorage.getItem(`draft:${key}`);
  sessionStorage.removeItem(`draft:${key}`);
  if (draft?.includes('"submission_key"')) sessionStorage.setItem(`done:${key}`, draft);
}

document.addEventListener("input", (event) => {
  const { form } = event.target;
  if (!form || event.detail === "restored") return;
  if (freshKeys.has(form)) form.elements.submission_key.value = freshKeys.get(form);
  freshKeys.delete(form);
  draftsOf(form).filter((each) => each.fields.includes(event.target)).forEach(save);
});

const forget = (form) => draftsOf(form).forEach(({ key }) => sessionStorage.removeItem(`draft:${key}`));
document.addEventListener("reset", (event) => forget(event.target));

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  for (const draft of draftsOf(event.target)) {
    save(draft);
    sessionStorage.setItem(`sent:${draft.key}`, "1");
  }
  if (!("forgetDrafts" in event.target.dataset)) return;
  sessionStorage.clear();
  otherTabs.postMessage("forget");
});

otherTabs.addEventListener("message", () => sessionStorage.clear());

document.addEventListener("htmx:after:request", (event) => {
  const { request, response, sourceElement } = event.detail.ctx;
  if (sourceElement !== request.form || request.method === "GET" || response.status >= 400) return;
  draftsOf(request.form).forEach(({ key }) => accept(key));
});

document.addEventListener("htmx:after:swap", () => drafts().forEach(restore));
forgetAccepted();
drafts().forEach(restore);
