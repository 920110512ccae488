// Code and tables in .prose scroll inside themselves; those that do can be reached and scrolled with the keyboard.
function refresh() {
  for (const box of document.querySelectorAll(".prose :is(pre, table), .table-scroll, .mail-source")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

refresh();
window.addEventListener("resize", refresh);
document.addEventListener("htmx:after:swap", refresh);
