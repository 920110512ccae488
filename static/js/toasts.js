// Messages in the corner: announced once, closed with a button; those about success close by themselves after a while.
const region = document.getElementById("toasts");
const announcer = document.getElementById("announcer");

const readingTime = (text) => 8000 + text.length * 60;

// Have a screen reader read a text out.
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

function present(toast) {
  const text = toast.querySelector("p").textContent;
  announce(text);
  if (["success", "info"].includes(toast.dataset.toast)) closeLater(toast, readingTime(text));
}

// Show an error made of strings and nodes. It replaces the one with the same key, unless that has the same text: a poll that
// keeps failing is announced once.
export function showError(key, ...parts) {
  const shown = document.querySelector(`[data-toast-key="${key}"]`);
  const text = parts.map((part) => part.textContent ?? part).join("");
  if (shown?.querySelector("p").textContent === text) return;
  shown?.remove();
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.dataset.toastKey = key;
  toast.querySelector("p").append(...parts);
  region.append(toast);
}

export const hideError = (key) => document.querySelector(`[data-toast-key="${key}"]`)?.remove();

region.addEventListener("click", (event) => {
  const toast = event.target.closest("[data-close]")?.closest("[data-toast]");
  if (!toast) return;
  const next = toast.nextElementSibling ?? toast.previousElementSibling;
  toast.remove();
  (next?.querySelector("[data-close]") ?? document.getElementById("main")).focus({ preventScroll: true });
});

new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node.nodeType === Node.ELEMENT_NODE && node.dataset.toast) present(node);
  }
}).observe(region, { childList: true });

region.querySelectorAll("[data-toast]").forEach(present);
