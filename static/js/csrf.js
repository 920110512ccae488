// Logging in, in another tab too, changes the CSRF token. A page that is still open would send the old one: take the
// token from the cookie each time something is sent.
const NAME = location.protocol === "https:" ? "__Host-csrf" : "csrf";
const FIELD = "csrfmiddlewaretoken";

const token = () => document.cookie.split("; ").find((each) => each.startsWith(`${NAME}=`))?.slice(NAME.length + 1);

document.addEventListener("htmx:config:request", (event) => {
  const { headers, body } = event.detail.ctx.request;
  const now = token();
  if (!now) return;
  headers["X-CSRFToken"] = now;
  if (body.has(FIELD)) body.set(FIELD, now);
});

document.addEventListener("submit", (event) => {
  const field = event.target.querySelector(`input[name="${FIELD}"]`);
  const now = token();
  if (field && now) field.value = now;
}, { capture: true });
