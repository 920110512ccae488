// Drafts: what somebody typed stays in this tab (sessionStorage) until the form was accepted. A key names the user.
//
// <form data-draft-form="key">   every named field but files, passwords and hidden ones; of the hidden ones `submission_key`,
//                                so that sending again cannot make a second ticket. Being accepted leads to another page.
//                                Back from there shows what was sent: unchanged it has the same key, changed a new one.
//                                type="reset" throws the draft away.
// <form data-forget-drafts>      (logging out) forgets all drafts, in all tabs.
// <body data-failed>             an error or login page: what was sent before was not accepted.

const NEVER = ["file", "password", "hidden", "submit", "button", "reset", "image", "fieldset", "output"];
const isChoice = (field) => ["radio", "checkbox"].includes(field.type);
const navigation = performance.getEntriesByType("navigation")[0]?.type;
const restored = new WeakSet();
const freshKeys = new WeakMap();
const otherTabs = new BroadcastChannel("drafts");

function wholeForm(form) {
  const kept = (field) => field.name === "submission_key" || !NEVER.includes(field.type);
  return { key: form.dataset.draftForm, form, fields: [...form.elements].filter((each) => each.name && kept(each)) };
}

// All drafts that the page can hold.
const drafts = () => [...document.querySelectorAll("form[data-draft-form]")].map(wholeForm);
const draftsOf = (form) => drafts().filter((each) => each.form === form);

function valuesOf(field) {
  if (isChoice(field)) return field.checked ? [field.value] : [];
  return field.options ? [...field.selectedOptions].map((option) => option.value) : [field.value];
}

function put(field, values) {
  if (isChoice(field)) field.checked = values.includes(field.value);
  else if (field.type === "select-multiple") for (const each of field.options) each.selected = values.includes(each.value);
  else if (!field.options || [...field.options].some((each) => each.value === values[0])) field.value = values[0];
}

function save({ key, fields }) {
  const values = {};
  for (const each of fields) (values[each.name] ??= []).push(...valuesOf(each));
  sessionStorage.setItem(`draft:${key}`, JSON.stringify(values));
}

// What the server shows wins: a form that came back with errors.
const isRefused = ({ form }) => Boolean(form.querySelector(".form-errors, .errorlist"));

function restore(draft) {
  if (restored.has(draft.form) || isRefused(draft)) return;
  restored.add(draft.form);
  if (navigation !== "back_forward") sessionStorage.removeItem(`done:${draft.key}`);
  const typed = sessionStorage.getItem(`draft:${draft.key}`);
  const kept = typed ?? sessionStorage.getItem(`done:${draft.key}`);
  if (!kept) return;
  const values = JSON.parse(kept);
  if (!typed) freshKeys.set(draft.form, draft.form.elements.submission_key.value);
  const fields = draft.fields.filter((each) => each.name in values);
  for (const each of fields) put(each, values[each.name]);
  for (const each of fields) each.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "restored" }));
}

// The page after a plain form was sent tells whether it was accepted.
function forgetAccepted() {
  const failed = "failed" in document.body.dataset || navigation === "back_forward";
  for (const marker of Object.keys(sessionStorage).filter((each) => each.startsWith("sent:"))) {
    sessionStorage.removeItem(marker);
    const key = marker.slice("sent:".length);
    const again = drafts().find((each) => each.key === key);
    if (!failed && !again) accept(key);
  }
}

// An accepted draft goes; that of a whole form is kept for Back.
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
