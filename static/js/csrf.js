// Logging in, in another tab too, changes the CSRF token. A page that is still open would send the old one, so take the token
// from the cookie each time something is sent.
const NAME = location.protocol === "https:" ? "__Host-csrf" : "csrf";
const FIELD = "csrfmiddlewaretoken";

export const csrfToken = () => document.cookie.split("; ").find((each) => each.startsWith(`${NAME}=`))?.slice(NAME.length + 1) ?? "";

document.addEventListener("htmx:config:request", (event) => {
  const { headers, body } = event.detail.ctx.request;
  const token = csrfToken();
  if (!token) return;
  headers["X-CSRFToken"] = token;
  if (body.has(FIELD)) body.set(FIELD, token);
});

document.addEventListener("submit", (event) => {
  const field = event.target.querySelector(`input[name="${FIELD}"]`);
  if (field) field.value = csrfToken() || field.value;
}, { capture: true });
