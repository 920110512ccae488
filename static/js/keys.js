// Keyboard shortcuts for agents: single keys, except while typing or choosing, and never with Ctrl, Alt or Meta. ? lists them
// (components/_keys.html), which only agents' pages have.
import { selectAll } from "./selection.js";

const help = document.getElementById("keys-dialog");
const PAIR_TIMEOUT = 1500;
const IN_FIELD = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]";
let first = { key: "", at: -Infinity };

const rows = () => [...document.querySelectorAll(".queue-table tbody tr")];
const currentRow = () => document.activeElement.closest(".queue-table tbody tr");

function moveBy(by) {
  const all = rows();
  const now = all.indexOf(currentRow());
  const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + by, 0), all.length - 1)];
  next?.querySelector(".ticket-subject").focus();
  next?.scrollIntoView({ block: "nearest" });
}

function focusComposer(kind) {
  const composer = document.getElementById("composer");
  const choice = composer?.querySelector(`[name=kind][value=${kind}]`);
  if (!choice) return;
  choice.click();
  composer.querySelector("textarea").focus();
  composer.scrollIntoView({ block: "nearest" });
}

const toggleRow = () => currentRow()?.querySelector("[data-select]").click();

// In the queue, open the bulk menu for the selected tickets or the current one; on a ticket, focus its own field.
function openChange(kind, field) {
  const menu = document.querySelector(`[data-bulk=${kind}]`);
  if (!menu) return document.querySelector(field)?.focus();
  const hasSelection = () => document.querySelector("[data-select]:checked, [data-select-everything]:checked");
  if (!hasSelection()) toggleRow();
  if (!hasSelection()) return;
  menu.open = true;
  menu.querySelector("select, input").focus();
}

const go = (url) => () => location.assign(url);

const PAIRS = {
  g: {
    q: go("/queue/"), i: go("/queue/mine/"), u: go("/queue/unassigned/"), e: go("/queue/escalated/"),
    d: go("/queue/due/"), w: go("/queue/waiting/"), a: go("/queue/all/"), b: go("/queue/jobs/"),
  },
  "*": { a: () => selectAll(true), n: () => selectAll(false) },
};

const KEYS = {
  j: () => moveBy(1),
  k: () => moveBy(-1),
  o: () => currentRow()?.querySelector(".ticket-subject").click(),
  x: toggleRow,
  r: () => focusComposer("answer"),
  n: () => focusComposer("note"),
  m: () => document.querySelector("[data-opens-macros]")?.click(),
  a: () => openChange("assign", "#ticket-side [name=assignee]"),
  s: () => openChange("status", "#ticket-side [name=status]"),
  "/": () => document.querySelector("#site-search")?.focus(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (!help || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.target.closest(IN_FIELD) || event.key === "Shift") return;
  const isSecond = performance.now() - first.at < PAIR_TIMEOUT;
  const act = (isSecond && PAIRS[first.key]?.[event.key]) || KEYS[event.key];
  first = { key: event.key, at: performance.now() };
  if (!act && !(event.key in PAIRS)) return;
  event.preventDefault();
  act?.();
});
