// What is being typed into a field, and how an option completes it (combobox.js). data-completes on the field: "text" (all of
// it up to the cursor), the last "word", a "mention" after @, or a "choice", which replaces what is in the field.
const TOKENS = { text: /^.*$/s, choice: /^.*$/s, word: /[^\s,;]{2,}$/, mention: /(?<=(?:^|[\s(,;:])@)[\w.+-]*$/ };

const textBefore = (field) => field.value.slice(0, field.selectionStart);

export const tokenOf = (field) => textBefore(field).match(TOKENS[field.dataset.completes ?? "text"])?.[0];

// Offer no word that the field already has, and nothing once the word is complete.
export function withoutUsed(field, options) {
  if (field.dataset.completes !== "word") return options;
  const words = textBefore(field).toLowerCase().split(/[\s,;]+/);
  const values = options.map((each) => each.dataset.value.trim().toLowerCase());
  return values.includes(words.at(-1)) ? [] : options.filter((_, index) => !words.includes(values[index]));
}

export function complete(field, value) {
  const isChoice = field.dataset.completes === "choice";
  const [start, end] = isChoice ? [0, field.value.length] : [field.selectionStart - tokenOf(field).length, field.selectionStart];
  field.setRangeText(value, start, end, "end");
  field.scrollLeft = field.scrollWidth;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (isChoice) field.dispatchEvent(new Event("change", { bubbles: true })); // as a select does
}
