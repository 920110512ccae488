// Makes every htmx request visible: a bar at the top while it runs (not for data-quiet, which is for polling), a
// message when it fails.
const progress = document.getElementById("progress");
const started = new WeakMap();
let running = 0;
let leaving = false;
let failure = { source: null, status: null };

const isQuiet = (event) => "quiet" in event.detail.ctx.sourceElement.dataset;

const WORDS = {
  0: "The server cannot be reached. Check your connection and try again; what you typed is still here.",
  400: "The server did not understand this request. Reload the page and try again.",
  403: "You may not do this. If you think you should, reload the page and try again.",
  404: "This is not here any more, or you may not see it.",
  409: "Somebody else changed this in the meantime. Reload the page to see how it looks now.",
  413: "This is too large to send. Remove a file or choose a smaller one.",
  429: "Too many requests in a short time. Wait a moment, then try again.",
  500: "Something went wrong on our side. What you typed is still here; try again in a moment.",
};

function show(...parts) {
  document.dispatchEvent(new CustomEvent("supportcenter:error", { detail: { key: "request-failed", parts } }));
}

function failed(ctx, status, requestId) {
  failure = { source: ctx.sourceElement, status };
  const reason = status === 409 && ctx.text; // plain text from a rule that refused the change
  const words = reason || (WORDS[status] ?? (status >= 500 ? WORDS[500] : WORDS[400]));
  show(requestId ? `${words} (Request ${requestId})` : words);
}

document.addEventListener("htmx:before:request", (event) => {
  started.set(event.detail.ctx, Date.now());
  if (isQuiet(event)) return;
  running += 1;
  progress.classList.add("is-running");
});

document.addEventListener("htmx:finally:request", (event) => {
  if (!started.has(event.detail.ctx) || isQuiet(event)) return;
  running -= 1;
  if (running === 0) progress.classList.remove("is-running");
});

// The session ended: a request was sent on to the login page. Do not put that page into this one.
document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  const login = document.body.dataset.loginUrl;
  if (!raw.redirected || new URL(raw.url).pathname !== login) return;
  event.preventDefault();
  failure = { source: null, status: 0 };
  const link = Object.assign(document.createElement("a"), { href: login, target: "_blank", textContent: "log in" });
  show("You are logged out. What you typed is still here: ", link, " in a new tab, then come back and send it again.");
});

// 422 is a form with its errors: htmx shows it in place. Every other error says so here.
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const { status, headers } = ctx.response;
  if (status !== 422) failed(ctx, status, headers.get("X-Request-ID"));
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (leaving || !ctx || ctx.response?.status >= 400) return;
  const waited = Date.now() - started.get(ctx);
  const replaced = error?.name === "AbortError" && waited < htmx.config.defaultTimeout - 1000;
  if (!replaced) failed(ctx, ctx.response ? 500 : 0);
});

// The message goes when the same part of the page gets its answer, or when the server is reached again at all.
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (response.status >= 400 || (failure.status !== 0 && failure.source !== sourceElement)) return;
  document.querySelector('[data-toast-key="request-failed"]')?.remove();
});

window.addEventListener("pagehide", () => { leaving = true; });
window.addEventListener("pageshow", () => { leaving = false; });
