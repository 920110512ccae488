// File fields inside [data-dropzone] (components/_field.html): drop files on the form, paste them into its text boxes, add more in
// several steps, remove single ones. The field itself holds the files, so the form is sent as always. data-max-mb,
// data-max-total-mb and data-max-files on the field are checked; with data-upload-url files are uploaded at once (uploads.js).
import { announce } from "./toasts.js";
import { addRow, upload } from "./uploads.js";

const FIELD = '[data-dropzone] input[type="file"]';
const KB = 1024;
const MB = 1024 * KB;
const size = (bytes) => (bytes < MB ? `${Math.max(1, Math.round(bytes / KB))} KB` : `${(bytes / MB).toFixed(1)} MB`);
const isSame = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
const fieldOf = (element) => element.closest?.("form")?.querySelector(FIELD);
const chosen = new WeakMap();
let pasted = 0;

function setFiles(input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  chosen.set(input, files);
  draw(input);
}

function addFiles(input, files) {
  const known = input.multiple ? (chosen.get(input) ?? []) : [];
  const added = [...files].filter((file) => !known.some((each) => isSame(each, file)));
  setFiles(input, input.multiple ? [...known, ...added] : added.slice(-1));
}

function removeFile(input, file) {
  setFiles(input, (chosen.get(input) ?? []).filter((each) => each !== file));
}

function problem(input, files) {
  const { maxMb, maxTotalMb, maxFiles } = input.dataset;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const large = files.find((file) => maxMb && file.size > Number(maxMb) * MB);
  if (large) return `${large.name} is larger than ${maxMb} MB. Remove it or choose a smaller file.`;
  const uploaded = input.closest("[data-dropzone]").querySelectorAll('[name="uploads"]').length;
  if (maxFiles && files.length + uploaded > Number(maxFiles)) return `You can attach at most ${maxFiles} files.`;
  if (maxTotalMb && total > Number(maxTotalMb) * MB) return `The files are larger than ${maxTotalMb} MB in total. Remove some.`;
  return "";
}

function draw(input) {
  const files = chosen.get(input);
  input.closest("[data-dropzone]").querySelector(".file-chosen:not(.file-uploaded)")?.remove();
  input.setCustomValidity(problem(input, files));
  const rows = files.map((file) => [file, addRow(input, "", file.name, size(file.size), () => removeFile(input, file))]);
  if (input.validationMessage) {
    const text = Object.assign(document.createElement("li"), { className: "file-problem", textContent: input.validationMessage });
    rows[0]?.[1].parentElement.append(text);
  }
  upload(input, new Map(rows), (file) => removeFile(input, file));
}

function attach(input, files) {
  addFiles(input, files);
  announce(files.length === 1 ? `${files[0].name} is attached.` : `${files.length} files are attached.`);
}

// Browsers call every pasted picture image.png; give each a name of its own.
function withName(file) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  pasted += 1;
  return new File([file], `pasted-${pasted}.${file.name.split(".").at(-1)}`, { type: file.type });
}

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const input = fieldOf(event.target);
  if (!input || !files.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  attach(input, files.map(withName));
});

document.addEventListener("change", (event) => {
  if (event.target.matches(FIELD)) addFiles(event.target, event.target.files);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const input = fieldOf(event.target);
    if (!input || !event.dataTransfer?.types.includes("Files")) return;
    if (name !== "dragleave") event.preventDefault();
    input.closest("[data-dropzone]").classList.toggle("is-over", name === "dragover");
    if (name === "drop") attach(input, event.dataTransfer.files);
  });
}

// Don't send what the server would refuse: it takes long, and the files could not be shown again.
document.addEventListener("submit", (event) => {
  const input = [...event.target.querySelectorAll(FIELD)].find((each) => each.validationMessage);
  if (!input) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  input.focus();
  announce(input.validationMessage);
}, { capture: true });

document.addEventListener("reset", (event) => event.target.querySelectorAll(FIELD).forEach((input) => setFiles(input, [])));
