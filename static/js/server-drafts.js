// <form data-server-draft="url">: what is typed is kept on the server. Sent there with the first key, a second after the
// last one, every three seconds between, and when the field or the page is left. What the server did not get stays in this
// tab (sessionStorage) and is back, and sent, with the next visit.
import { csrfToken } from "./csrf.js";

const PAUSE = 1000;
const LONGEST = 3000;
const NAMES = ["body", "kind", "status", "seen"];
const LARGEST_ON_LEAVING = 60_000; // browsers let a page that goes send 64 KiB
let timer;
let savedAt = 0;
let isSaving = false;
let isWanted = false;
let unsaved = false;

const composer = () => document.querySelector("form[data-server-draft]");
const keyOf = (form) => `unsaved:${form.dataset.draftOwner}:${form.dataset.serverDraft}`; // nobody else's, in the same tab

function typed(form) {
  const all = new FormData(form);
  return new URLSearchParams(NAMES.filter((name) => all.has(name)).map((name) => [name, all.get(name)]));
}

const post = (form, body, options) => fetch(form.dataset.serverDraft, {
  method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, redirect: "manual", ...options,
});

// One after the other, so that an older text never comes last.
async function save(form) {
  clearTimeout(timer);
  if (isSaving) {
    isWanted = true;
    return;
  }
  isSaving = true;
  isWanted = false;
  savedAt = Date.now();
  const body = typed(form);
  const { status } = await post(form, body).catch(() => ({ status: 0 })); // the next key, or leaving, tries again
  isSaving = false;
  if (status === 204 && String(body) === String(typed(form))) unsaved = false;
  if (isWanted && form === composer()) save(form);
}

function touched(form) {
  unsaved = true;
  clearTimeout(timer);
  if (Date.now() - savedAt > LONGEST) save(form);
  else timer = setTimeout(() => save(form), PAUSE);
}

function settled() {
  clearTimeout(timer);
  isWanted = false;
}

document.addEventListener("input", ({ target }) => { if (target.form === composer() && NAMES.includes(target.name)) touched(target.form); });
document.addEventListener("change", ({ target }) => { if (unsaved && target.form && target.form === composer()) save(target.form); });
document.addEventListener("submit", ({ target }) => { if (target === composer()) settled(); }, { capture: true });

// A plain form that was sent leaves the page; what it sent is not unsaved.
document.addEventListener("submit", (event) => { if (event.target === composer() && !event.defaultPrevented) unsaved = false; });
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches("[data-server-draft]") && ctx.response?.status < 400) unsaved = false;
});

window.addEventListener("pagehide", () => {
  const form = composer();
  if (!form || !unsaved) return;
  sessionStorage.setItem(keyOf(form), String(typed(form)));
  const body = typed(form);
  post(form, body, { keepalive: String(body).length < LARGEST_ON_LEAVING }).catch(() => {});
});

function putBack(form) {
  const kept = new URLSearchParams(sessionStorage.getItem(keyOf(form)) ?? "");
  sessionStorage.removeItem(keyOf(form));
  if (!kept.get("body") || form.querySelector(".form-errors")) return;
  for (const [name, value] of kept) {
    const field = name !== "seen" && form.elements[name];
    if (field) field.value = value;
  }
  form.elements.body.dispatchEvent(new CustomEvent("input", { bubbles: true }));
}

if (composer()) putBack(composer());
