// Menus are <details class="menu">, which open without JavaScript. Close them on Escape, and on a click or focus elsewhere.
const openMenus = () => document.querySelectorAll("details.menu[open]");

for (const name of ["click", "focusin"]) {
  document.addEventListener(name, (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

// On a narrow screen a button shows the main navigation.
document.querySelector(".site-toggler")?.addEventListener("click", ({ currentTarget }) => {
  const isOpen = document.getElementById("site-nav").classList.toggle("show");
  currentTarget.setAttribute("aria-expanded", String(isOpen));
});
