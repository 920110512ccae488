// <form data-server-draft="url">: saves what is typed on the server: with the first key, a second after the last one, every
// three seconds in between, and when leaving the field or the page. What could not be saved stays in this tab (sessionStorage)
// and is restored, and saved, with the next visit.
import { csrfToken } from "./csrf.js";

const PAUSE = 1000;
const LONGEST_PAUSE = 3000;
const NAMES = ["body", "kind", "status", "seen"];
const MAX_KEEPALIVE = 60_000; // browsers limit a request that outlives its page to 64 KiB
let timer;
let savedAt = 0;
let isSaving = false;
let isQueued = false;
let unsaved = false;

const composer = () => document.querySelector("form[data-server-draft]");
const keyOf = (form) => `unsaved:${form.dataset.draftOwner}:${form.dataset.serverDraft}`; // not that of someone else who logged in, in the same tab

function valuesOf(form) {
  const all = new FormData(form);
  return new URLSearchParams(NAMES.filter((name) => all.has(name)).map((name) => [name, all.get(name)]));
}

const post = (form, body, options) => fetch(form.dataset.serverDraft, {
  method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, redirect: "manual", ...options,
});

// One request at a time, so that an older text never arrives last.
async function save(form) {
  clearTimeout(timer);
  if (isSaving) {
    isQueued = true;
    return;
  }
  isSaving = true;
  isQueued = false;
  savedAt = Date.now();
  const body = valuesOf(form);
  const { status } = await post(form, body).catch(() => ({ status: 0 })); // the next key, or leaving the page, tries again
  isSaving = false;
  if (status === 204 && String(body) === String(valuesOf(form))) unsaved = false;
  if (isQueued && form === composer()) save(form);
}

function onInput(form) {
  unsaved = true;
  clearTimeout(timer);
  if (Date.now() - savedAt > LONGEST_PAUSE) save(form);
  else timer = setTimeout(() => save(form), PAUSE);
}

function cancel() {
  clearTimeout(timer);
  isQueued = false;
}

document.addEventListener("input", ({ target }) => { if (target.form === composer() && NAMES.includes(target.name)) onInput(target.form); });
document.addEventListener("change", ({ target }) => { if (unsaved && target.form && target.form === composer()) save(target.form); });
document.addEventListener("submit", ({ target }) => { if (target === composer()) cancel(); }, { capture: true });

// A plain form leaves the page, and has sent everything.
document.addEventListener("submit", (event) => { if (event.target === composer() && !event.defaultPrevented) unsaved = false; });
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches("[data-server-draft]") && ctx.response?.status < 400) unsaved = false;
});

window.addEventListener("pagehide", () => {
  const form = composer();
  if (!form || !unsaved) return;
  sessionStorage.setItem(keyOf(form), String(valuesOf(form)));
  const body = valuesOf(form);
  post(form, body, { keepalive: String(body).length < MAX_KEEPALIVE }).catch(() => {});
});

function restore(form) {
  const saved = new URLSearchParams(sessionStorage.getItem(keyOf(form)) ?? "");
  sessionStorage.removeItem(keyOf(form));
  if (!saved.get("body") || form.querySelector(".form-errors")) return;
  for (const [name, value] of saved) {
    const field = name !== "seen" && form.elements[name];
    if (field) field.value = value;
  }
  form.elements.body.dispatchEvent(new CustomEvent("input", { bubbles: true }));
}

if (composer()) restore(composer());
