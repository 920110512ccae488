// Uploads files as soon as they are chosen (files.js), with progress; the form then only names them. A file that fails, or is
// still on its way when the form is sent, stays in the field and goes with the form.
import { csrfToken } from "./csrf.js";

const running = new Map();
const tried = new WeakSet();

// Add a file to the list below the field: its name, a note, and a button that removes it.
export function addRow(input, className, name, note, onRemove) {
  const zone = input.closest("[data-dropzone]");
  const row = zone.querySelector("template").content.firstElementChild.cloneNode(true);
  const list = zone.querySelector(`.file-chosen${className ? `.${className}` : ":not(.file-uploaded)"}`)
    ?? Object.assign(document.createElement("ul"), { className: `file-chosen ${className}`, ariaLive: "polite" });
  row.querySelector(".file-name").textContent = name;
  row.querySelector(".file-size").textContent = note;
  row.querySelector("button").ariaLabel = `Remove ${name}`;
  row.querySelector("button").addEventListener("click", () => { onRemove(row); input.focus(); });
  list.append(row);
  if (!list.isConnected) zone.append(list);
  return row;
}

function showProgress({ row, fraction }) {
  const bar = row.querySelector("progress") ?? Object.assign(document.createElement("progress"), { max: 1 });
  bar.ariaLabel = `Uploading ${row.querySelector(".file-name").textContent}`;
  bar.value = fraction;
  if (!bar.isConnected) row.querySelector(".file-size").after(bar);
}

function start(input, file, row, onDone) {
  const request = new XMLHttpRequest();
  const upload = { input, request, row, fraction: 0 };
  running.set(file, upload);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    upload.fraction = total ? loaded / total : 0;
    showProgress(upload);
  });
  request.addEventListener("loadend", () => {
    running.delete(file);
    upload.row.querySelector("progress")?.remove();
    // Not the upload's answer: an error, or the login page after the session ended. The file goes with the form.
    if (request.status !== 200 || !request.getResponseHeader("Content-Type")?.startsWith("application/json")) return;
    const { id, name } = JSON.parse(request.responseText);
    const done = addRow(input, "file-uploaded", name, "uploaded", (each) => each.remove());
    done.append(Object.assign(document.createElement("input"), { type: "hidden", name: "uploads", value: id }));
    onDone(file);
  });
  request.open("POST", input.dataset.uploadUrl);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  const body = new FormData();
  body.append("files_sent", file);
  request.send(body);
  showProgress(upload);
}

// Upload those of the chosen files (a map of file to row) that were not tried yet; stop those that were removed.
export function upload(input, rows, onDone) {
  if (!input.dataset.uploadUrl) return;
  for (const [file, each] of running) if (each.input === input && !rows.has(file)) each.request.abort();
  for (const [file, row] of rows) {
    const known = running.get(file);
    if (known) showProgress(Object.assign(known, { row }));
    else if (!input.validationMessage && !tried.has(file)) {
      tried.add(file);
      start(input, file, row, onDone);
    }
  }
}

document.addEventListener("submit", () => { for (const { request } of running.values()) request.abort(); }, { capture: true });
