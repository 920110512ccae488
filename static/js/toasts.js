// Messages in the corner: read out once, closed by hand; good news also goes by itself when it has been read.
const region = document.getElementById("toasts");
const announcer = document.getElementById("announcer");

const readingTime = (text) => 8000 + text.length * 60;

export function announce(text) {
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = text; }, 150);
}

function closeLater(toast, wait) {
  let timer;
  const stop = () => clearTimeout(timer);
  const start = () => { stop(); timer = setTimeout(() => toast.remove(), wait); };
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

function welcome(toast) {
  const text = toast.querySelector("p").textContent;
  announce(text);
  if (["success", "info"].includes(toast.dataset.toast)) closeLater(toast, readingTime(text));
}

// Any script can show an error: dispatch "supportcenter:error" on document with detail {key, parts}, where parts are
// strings and nodes. An error with the same key is replaced, or left alone if it says the same: a failing poll speaks once.
document.addEventListener("supportcenter:error", (event) => {
  const { key, parts } = event.detail;
  const shown = document.querySelector(`[data-toast-key="${key}"]`);
  const text = parts.map((part) => part.textContent ?? part).join("");
  if (shown?.querySelector("p").textContent === text) return;
  shown?.remove();
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.dataset.toastKey = key;
  toast.querySelector("p").append(...parts);
  region.append(toast);
});

// Any script can have something read out: "supportcenter:say" on document with detail {text}.
document.addEventListener("supportcenter:say", (event) => announce(event.detail.text));

region.addEventListener("click", (event) => {
  const toast = event.target.closest("[data-close]")?.closest("[data-toast]");
  if (!toast) return;
  const next = toast.nextElementSibling ?? toast.previousElementSibling;
  toast.remove();
  (next?.querySelector("[data-close]") ?? document.getElementById("main")).focus({ preventScroll: true });
});

new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node.nodeType === Node.ELEMENT_NODE && node.dataset.toast) welcome(node);
  }
}).observe(region, { childList: true });

region.querySelectorAll("[data-toast]").forEach(welcome);
