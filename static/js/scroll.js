// Code and tables in .prose scroll inside themselves; those that do can be reached and scrolled with the keyboard.
function refresh() {
  for (const box of document.querySelectorAll(".prose :is(pre, table), .table-scroll, .mail-source")) {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// On a phone the pages of an admin area scroll sideways: begin with the one that is open.
document.querySelector(".area-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

refresh();
window.addEventListener("resize", refresh);
document.addEventListener("htmx:after:swap", refresh);
