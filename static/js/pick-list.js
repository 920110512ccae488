// Lists of checkboxes in groups ([data-pick-list], components/_pick_list.html): the search box shows what has all of the
// words typed, in its own name or in its group's; what is chosen is counted. Hidden boxes stay chosen.

const shownOnly = (parts) => parts.filter((each) => !each.hidden);

function filter(list) {
  const words = list.querySelector("[data-filter-list]").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of list.querySelectorAll(".pick-group")) {
    const choices = [...group.querySelectorAll(".choice")];
    const name = group.querySelector(".pick-group-name").textContent;
    for (const choice of choices) {
      const text = `${name} ${choice.textContent}`.toLowerCase();
      choice.hidden = !words.every((word) => text.includes(word));
    }
    group.hidden = !shownOnly(choices).length;
  }
  list.querySelector("[data-pick-none]").hidden = !words.length || shownOnly([...list.querySelectorAll(".pick-group")]).length > 0;
}

function count(list) {
  const choices = [...list.querySelectorAll(".choice")];
  const shown = shownOnly(choices).length;
  const chosen = `${list.querySelectorAll(".choice :checked").length} chosen`;
  const text = shown < choices.length ? `${chosen}, ${shown} of ${choices.length} shown` : chosen;
  const place = list.querySelector("[data-pick-count]");
  if (place.textContent !== text) place.textContent = text;
}

document.addEventListener("input", (event) => {
  const list = event.target.closest("[data-pick-list]");
  if (!list) return;
  if ("filterList" in event.target.dataset) filter(list);
  count(list);
});

// Enter in the search box would send the form around it.
document.addEventListener("keydown", (event) => {
  if (!("filterList" in event.target.dataset)) return;
  if (event.key === "Enter") event.preventDefault();
});

const refresh = () => document.querySelectorAll("[data-pick-list]").forEach(count);
refresh();
document.addEventListener("htmx:after:swap", refresh);
document.addEventListener("reset", () => setTimeout(refresh));
