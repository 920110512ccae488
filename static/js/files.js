// File fields inside [data-dropzone]: drop files on them, add more in several steps, take single ones out again.
// A picture or file pasted into a text box of the same form is added too. The field itself stays the truth, so the form is
// sent as ever. data-max-mb, data-max-total-mb and data-max-files on the input warn.

const KB = 1024;
const MB = 1024 * KB;
const size = (bytes) => (bytes < MB ? `${Math.max(1, Math.round(bytes / KB))} KB` : `${(bytes / MB).toFixed(1)} MB`);
const same = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
const chosen = new WeakMap();

function element(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function put(input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  chosen.set(input, files);
  draw(input);
}

function add(input, files) {
  const kept = input.multiple ? (chosen.get(input) ?? []) : [];
  const fresh = [...files].filter((file) => !kept.some((each) => same(each, file)));
  put(input, input.multiple ? [...kept, ...fresh] : fresh.slice(-1));
}

function problem(input, files) {
  const { maxMb, maxTotalMb, maxFiles } = input.dataset;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const large = files.find((file) => maxMb && file.size > Number(maxMb) * MB);
  if (large) return `${large.name} is larger than ${maxMb} MB. Remove it or choose a smaller one.`;
  const sent = input.closest("[data-dropzone]").querySelectorAll('[name="uploads"]').length;
  if (maxFiles && files.length + sent > Number(maxFiles)) return `At most ${maxFiles} files can be attached.`;
  if (maxTotalMb && total > Number(maxTotalMb) * MB) return `Together the files are larger than ${maxTotalMb} MB. Remove some.`;
  return "";
}

function row(input, file) {
  const item = document.createElement("li");
  const remove = element("button", "btn btn-sm btn-ghost", "Remove");
  remove.type = "button";
  remove.setAttribute("aria-label", `Remove ${file.name}`);
  remove.addEventListener("click", () => {
    put(input, chosen.get(input).filter((each) => each !== file));
    input.focus();
  });
  item.append(element("span", "file-name", file.name), element("span", "file-size", size(file.size)), remove);
  return item;
}

function draw(input) {
  const zone = input.closest("[data-dropzone]");
  const files = chosen.get(input);
  zone.querySelector(".file-chosen:not(.file-uploaded)")?.remove();
  input.setCustomValidity(problem(input, files));
  if (!files.length) {
    document.dispatchEvent(new CustomEvent("supportcenter:files", { detail: { input, rows: [] } }));
    return;
  }
  const list = element("ul", "file-chosen", "");
  list.setAttribute("aria-live", "polite");
  const rows = files.map((file) => [file, row(input, file)]);
  list.append(...rows.map(([, item]) => item));
  if (input.validationMessage) list.append(element("li", "file-problem", input.validationMessage));
  zone.append(list);
  document.dispatchEvent(new CustomEvent("supportcenter:files", { detail: { input, rows } }));
}

// uploads.js has this one on the server.
document.addEventListener("supportcenter:uploaded", ({ detail: { input, file } }) => {
  put(input, (chosen.get(input) ?? []).filter((each) => each !== file));
});

function say(files) {
  const text = files.length === 1 ? `${files[0].name} is attached.` : `${files.length} files are attached.`;
  document.dispatchEvent(new CustomEvent("supportcenter:say", { detail: { text } }));
}

// Browsers call every pasted picture image.png: give each a name of its own.
let pasted = 0;
function named(file) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  pasted += 1;
  return new File([file], `pasted-${pasted}.${file.name.split(".").at(-1)}`, { type: file.type });
}

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const input = event.target.form?.querySelector('[data-dropzone] input[type="file"]');
  if (!input || !files.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  const added = files.map(named);
  add(input, added);
  say(added);
});

// Anywhere on a form with files will do.
const fieldOf = (event) => event.target.closest?.("form")?.querySelector('[data-dropzone] input[type="file"]');

document.addEventListener("change", (event) => {
  if (event.target.matches('[data-dropzone] input[type="file"]')) add(event.target, event.target.files);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const input = fieldOf(event);
    if (!input || !event.dataTransfer?.types.includes("Files")) return;
    if (name !== "dragleave") event.preventDefault();
    input.closest("[data-dropzone]").classList.toggle("is-over", name === "dragover");
    if (name !== "drop") return;
    add(input, event.dataTransfer.files);
    say(event.dataTransfer.files);
  });
}

// What the server would refuse is not sent: it would take long, and some of it could not be shown again.
document.addEventListener("submit", (event) => {
  const input = [...event.target.querySelectorAll('[data-dropzone] input[type="file"]')].find((each) => each.validationMessage);
  if (!input) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  input.focus();
  document.dispatchEvent(new CustomEvent("supportcenter:say", { detail: { text: input.validationMessage } }));
}, { capture: true });

document.addEventListener("reset", (event) => {
  for (const input of event.target.querySelectorAll('[data-dropzone] input[type="file"]')) put(input, []);
});
