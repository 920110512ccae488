// Shows htmx requests: a bar at the top while one runs (not for data-quiet, such as polling), a message when it fails.
import { hideError, showError } from "./toasts.js";

const KEY = "request-failed";
const progress = document.getElementById("progress");
const started = new WeakMap();
let running = 0;
let leaving = false;
let failure = { source: null, status: null };

const isQuiet = (event) => "quiet" in event.detail.ctx.sourceElement.dataset;

const MESSAGES = {
  0: "We can't reach the server. Check your connection and try again. What you typed is still here.",
  400: "The server didn't understand this request. Reload the page and try again.",
  403: "You don't have permission to do this. If you think you should, reload the page and try again.",
  404: "This no longer exists, or you don't have access to it.",
  409: "Someone else changed this in the meantime. Reload the page to see the current state.",
  413: "This is too large to send. Remove a file or choose a smaller one.",
  429: "Too many requests. Wait a moment, then try again.",
  500: "Something went wrong on our side. What you typed is still here. Try again in a moment.",
  503: "This took too long, or a part of the site is temporarily unavailable. What you typed is still here. Try again in a minute.",
};

function fail(ctx, status, requestId) {
  failure = { source: ctx.sourceElement, status };
  const reason = status === 409 && ctx.text; // the rule that refused the change says why
  const message = reason || (MESSAGES[status] ?? (status >= 500 ? MESSAGES[500] : MESSAGES[400]));
  showError(KEY, requestId ? `${message} (Request ${requestId})` : message);
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

// The session ended and the request was redirected to the login page. Don't put that page into this one.
document.addEventListener("htmx:before:response", (event) => {
  const { raw } = event.detail.ctx.response;
  const login = document.body.dataset.loginUrl;
  if (!raw.redirected || new URL(raw.url).pathname !== login) return;
  event.preventDefault();
  failure = { source: null, status: 0 };
  const link = Object.assign(document.createElement("a"), { href: login, target: "_blank", textContent: "Log in" });
  showError(KEY, "You're logged out. What you typed is still here. ", link, " in a new tab, then come back and send it again.");
});

// 422, and 507 for a full disk, are a form with its errors, which htmx swaps in. All other errors are shown here.
document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const { status, headers } = ctx.response;
  if (status !== 422 && status !== 507) fail(ctx, status, headers.get("X-Request-ID"));
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (leaving || !ctx || ctx.response?.status >= 400) return;
  const waited = Date.now() - started.get(ctx);
  const replaced = error?.name === "AbortError" && waited < htmx.config.defaultTimeout - 1000;
  if (!replaced) fail(ctx, ctx.response ? 500 : 0);
});

// Remove the message when the same element succeeds, or, after a lost connection, when any request does.
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (response.status >= 400 || (failure.status !== 0 && failure.source !== sourceElement)) return;
  hideError(KEY);
});

window.addEventListener("pagehide", () => { leaving = true; });
window.addEventListener("pageshow", () => { leaving = false; });
