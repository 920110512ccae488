// Menus are <details class="menu">, so they open without this too. Escape and a click or focus elsewhere close them.
const open = () => document.querySelectorAll("details.menu[open]");

for (const name of ["click", "focusin"]) {
  document.addEventListener(name, (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});
