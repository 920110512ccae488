// The agents' keyboard. Loaded for whoever works the queue. Single keys, never while something is typed or chosen, never
// with Ctrl, Alt or Meta. ? shows them all; the dialog is components/_keys.html.
import { select } from "./selection.js";

const help = document.getElementById("keys-dialog");
const SECONDS_FOR_TWO = 1.5;
const TYPED_INTO = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]";
let first = { key: "", at: -Infinity };

const rows = () => [...document.querySelectorAll(".queue-table tbody tr")];
const here = () => document.activeElement.closest(".queue-table tbody tr");

function step(by) {
  const all = rows();
  const now = all.indexOf(here());
  const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1)];
  next?.querySelector(".ticket-subject").focus();
  next?.scrollIntoView({ block: "nearest" });
}

function write(kind) {
  const composer = document.getElementById("composer");
  const choice = composer?.querySelector(`[name=kind][value=${kind}]`);
  if (!choice) return;
  choice.click();
  composer.querySelector("textarea").focus();
  composer.scrollIntoView({ block: "nearest" });
}

const tick = () => here()?.querySelector("[data-select]").click();

// In the queue: what to change on the selected tickets, or on the one that the cursor is on. Elsewhere: on this ticket.
function change(kind, field) {
  const menu = document.querySelector(`[data-bulk=${kind}]`);
  if (!menu) return document.querySelector(field)?.focus();
  const isTicked = () => document.querySelector("[data-select]:checked, [data-select-everything]:checked");
  if (!isTicked()) tick();
  if (!isTicked()) return;
  menu.open = true;
  menu.querySelector("select, input").focus();
}

const go = (url) => () => location.assign(url);

const PAIRS = {
  g: {
    q: go("/queue/"), i: go("/queue/mine/"), u: go("/queue/unassigned/"), e: go("/queue/escalated/"),
    d: go("/queue/due/"), w: go("/queue/waiting/"), a: go("/queue/all/"), b: go("/queue/jobs/"),
  },
  "*": { a: () => select(() => true), n: () => select(() => false) },
};

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => here()?.querySelector(".ticket-subject").click(),
  x: tick,
  r: () => write("answer"),
  n: () => write("note"),
  m: () => document.querySelector("[data-opens-macros]")?.click(),
  a: () => change("assign", "#ticket-side [name=assignee]"),
  s: () => change("status", "#ticket-side [name=status]"),
  "/": () => document.querySelector("#site-search")?.focus(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest(TYPED_INTO) || event.key === "Shift") return;
  const isSecond = performance.now() - first.at < SECONDS_FOR_TWO * 1000;
  const act = (isSecond && PAIRS[first.key]?.[event.key]) || KEYS[event.key];
  first = { key: event.key, at: performance.now() };
  if (!act && !(event.key in PAIRS)) return;
  event.preventDefault();
  act?.();
});
