// Buttons of Tabler's markup that show something: data-bs-toggle="collapse" its data-bs-target, data-bs-toggle="dropdown" the
// .dropdown-menu after it. Arrow keys move through the open menu; Escape, and a click or focus elsewhere, close it.
const TOGGLE = "[data-bs-toggle=dropdown]";
const openToggles = () => document.querySelectorAll(`${TOGGLE}.show`);
const menuOf = (toggle) => toggle.parentElement.querySelector(".dropdown-menu");

function setOpen(toggle, open) {
  toggle.classList.toggle("show", open);
  toggle.setAttribute("aria-expanded", String(open));
  menuOf(toggle).classList.toggle("show", open);
}

function collapse(toggle) {
  const open = document.querySelector(toggle.dataset.bsTarget).classList.toggle("show");
  toggle.setAttribute("aria-expanded", String(open));
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-bs-toggle]");
  if (toggle?.matches(TOGGLE)) setOpen(toggle, !toggle.classList.contains("show"));
  else if (toggle) collapse(toggle);
});

for (const name of ["click", "focusin"]) {
  document.addEventListener(name, (event) => {
    for (const each of openToggles()) if (!each.parentElement.contains(event.target)) setOpen(each, false);
  });
}

document.addEventListener("keydown", (event) => {
  const toggle = event.target.closest(".dropdown")?.querySelector(TOGGLE);
  if (!toggle) return;
  if (event.key === "Escape" && toggle.classList.contains("show")) {
    setOpen(toggle, false);
    toggle.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    setOpen(toggle, true);
    const items = [...menuOf(toggle).querySelectorAll("a, button")];
    const now = items.indexOf(document.activeElement);
    items.at(now < 0 && event.key === "ArrowUp" ? -1 : (now + (event.key === "ArrowDown" ? 1 : -1)) % items.length).focus();
  }
});
