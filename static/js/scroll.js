// Code and tables that scroll sideways can be focused, and so scrolled with the keyboard.
function refresh() {
  for (const box of document.querySelectorAll(".prose :is(pre, table), .table-scroll, .mail-source")) {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// On a phone the navigation of an admin area scrolls sideways; start at the current page.
document.querySelector(".area-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

refresh();
window.addEventListener("resize", refresh);
document.addEventListener("htmx:after:swap", refresh);
