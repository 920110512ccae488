// Files are uploaded as soon as they are chosen, each with its progress; the form then only names them. What does not
// get through, or is still on its way when the form is sent, stays in the field and goes with the form as ever.
// files.js tells of the chosen ones: "supportcenter:files" with the input and a list of [file, its row].
import { csrfToken } from "./csrf.js";

const running = new Map();
const tried = new WeakSet();

function show(row, fraction) {
  const bar = row.querySelector("progress") ?? Object.assign(document.createElement("progress"), { max: 1 });
  bar.setAttribute("aria-label", `Uploading ${row.querySelector(".file-name").textContent}`);
  bar.value = fraction;
  if (!bar.isConnected) row.querySelector(".file-size").after(bar);
}

function start(input, file, row) {
  const request = new XMLHttpRequest();
  const upload = { request, row, fraction: 0 };
  running.set(file, upload);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    upload.fraction = total ? loaded / total : 0;
    show(upload.row, upload.fraction);
  });
  request.addEventListener("loadend", () => {
    running.delete(file);
    upload.row.querySelector("progress")?.remove();
    if (request.status === 200) finished(input, file, JSON.parse(request.responseText));
  });
  request.open("POST", input.dataset.uploadUrl);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  const body = new FormData();
  body.append("files_sent", file);
  request.send(body);
  show(row, 0);
}

function finished(input, file, { id, name }) {
  const zone = input.closest("[data-dropzone]");
  const list = zone.querySelector(".file-uploaded") ?? Object.assign(document.createElement("ul"), { className: "file-chosen file-uploaded" });
  const item = document.createElement("li");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "uploads", value: id });
  const label = Object.assign(document.createElement("span"), { className: "file-name", textContent: name });
  const note = Object.assign(document.createElement("span"), { className: "file-size", textContent: "uploaded" });
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-ghost", textContent: "Remove" });
  remove.setAttribute("aria-label", `Remove ${name}`);
  remove.addEventListener("click", () => { item.remove(); input.focus(); });
  item.append(field, label, note, remove);
  list.append(item);
  if (!list.isConnected) zone.append(list);
  document.dispatchEvent(new CustomEvent("supportcenter:uploaded", { detail: { input, file } }));
}

document.addEventListener("supportcenter:files", ({ detail: { input, rows } }) => {
  if (!input.dataset.uploadUrl) return;
  const files = rows.map(([file]) => file);
  for (const [file, { request }] of running) if (!files.includes(file)) request.abort();
  for (const [file, row] of rows) {
    const upload = running.get(file);
    if (upload) {
      upload.row = row;
      show(row, upload.fraction);
    } else if (!input.validationMessage && !tried.has(file)) {
      tried.add(file);
      start(input, file, row);
    }
  }
});

document.addEventListener("submit", () => { for (const { request } of running.values()) request.abort(); }, { capture: true });
