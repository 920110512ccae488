// Lists of checkboxes in groups (components/_pick_list.html): the search box keeps only choices whose name, or whose group's
// name, has all of the words typed, and counts what is selected. Hidden choices stay selected.

const visible = (elements) => elements.filter((each) => !each.hidden);

function filter(list) {
  const words = list.querySelector("[data-filter-list]").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of list.querySelectorAll(".pick-group")) {
    const choices = [...group.querySelectorAll(".choice")];
    const name = group.querySelector(".pick-group-name").textContent;
    for (const choice of choices) {
      const text = `${name} ${choice.textContent}`.toLowerCase();
      choice.hidden = !words.every((word) => text.includes(word));
    }
    group.hidden = !visible(choices).length;
  }
  list.querySelector("[data-pick-none]").hidden = !words.length || visible([...list.querySelectorAll(".pick-group")]).length > 0;
}

function count(list) {
  const choices = [...list.querySelectorAll(".choice")];
  const shown = visible(choices).length;
  const selected = `${list.querySelectorAll(".choice :checked").length} selected`;
  const text = shown < choices.length ? `${selected}, ${shown} of ${choices.length} shown` : selected;
  const status = list.querySelector("[data-pick-count]");
  if (status.textContent !== text) status.textContent = text;
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
