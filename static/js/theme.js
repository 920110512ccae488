// The theme, saved in the cookie "theme": light, dark, or auto (follows the system). The server sets it too; error pages, which it
// renders without the request, run this before the first paint.
"use strict";
{
  const root = document.documentElement;
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark|auto)/);
  if (chosen) root.dataset.bsTheme = chosen[1];

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    const theme = button.dataset.themeChoice;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    root.dataset.bsTheme = theme;
    for (const each of document.querySelectorAll("[data-theme-choice]")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
  });
}
