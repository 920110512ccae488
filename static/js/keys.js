// The agents' keyboard. Loaded for whoever works the queue. Single keys, never while something is typed or chosen, never
// with Ctrl, Alt or Meta. ? shows them all; the dialog is components/_keys.html.
const help = document.getElementById("keys-dialog");
const GO = { q: "/queue/", i: "/queue/mine/", u: "/queue/unassigned/", e: "/queue/escalated/", w: "/queue/waiting/", a: "/queue/all/" };
const SECONDS_FOR_TWO = 1.5;
let wentAt = -Infinity;

const rows = () => [...document.querySelectorAll(".queue-table .ticket-subject")];

function step(by) {
  const all = rows();
  const here = all.indexOf(document.activeElement);
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function write(kind) {
  const composer = document.getElementById("composer");
  const choice = composer?.querySelector(`[name=kind][value=${kind}]`);
  if (!choice) return;
  choice.click();
  composer.querySelector("textarea").focus();
}

const focusOn = (selector) => () => document.querySelector(selector)?.focus();

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement.matches(".ticket-subject") && document.activeElement.click(),
  r: () => write("answer"),
  n: () => write("note"),
  m: () => document.querySelector("[data-opens-macros]")?.click(),
  a: focusOn("#ticket-side [name=assignee]"),
  s: focusOn("#ticket-side [name=status]"),
  "/": focusOn("#site-search"),
  "?": () => help.showModal(),
  g: () => { wentAt = performance.now(); },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  const isSecond = performance.now() - wentAt < SECONDS_FOR_TWO * 1000;
  wentAt = -Infinity;
  if (isSecond && event.key in GO) {
    event.preventDefault();
    location.assign(GO[event.key]);
  } else if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
