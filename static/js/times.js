// <time datetime data-relative>: shows "5 minutes ago" and updates it; `title` has the exact time. After 30 days it shows the
// date in data-date, which the server wrote in the reader's time zone; the browser's may differ.
const format = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function relative(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const distance = Math.abs(seconds);
  if (distance < MINUTE) return seconds > 0 ? "in a moment" : "just now";
  if (distance < HOUR) return format.format(Math.trunc(seconds / MINUTE), "minute");
  if (distance < DAY) return format.format(Math.trunc(seconds / HOUR), "hour");
  if (distance < 30 * DAY) return format.format(Math.trunc(seconds / DAY), "day");
  return null;
}

// <time datetime data-countdown>: the time until then, in the words of tickets/clock/countdown.py.
function countdown(date, urgency) {
  const left = date - Date.now();
  if (left < 0 && urgency === "best-effort") return "best effort";
  const minutes = Math.floor(Math.abs(left) / 60_000);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  let words = minutes < 1 ? "less than 1 min" : `${minutes} min`;
  if (hours >= 1) words = `${hours} h`;
  if (days >= 2) words = `${days.toLocaleString("en")} days`;
  return `${words} ${left < 0 ? "overdue" : "left"}`;
}

function refresh() {
  for (const each of document.querySelectorAll("time[data-relative]")) {
    const text = relative(new Date(each.dateTime)) ?? each.dataset.date;
    if (text && each.textContent !== text) each.textContent = text;
  }
  for (const each of document.querySelectorAll("time[data-countdown]")) {
    const text = countdown(new Date(each.dateTime), each.dataset.countdown);
    if (each.textContent !== text) each.textContent = text;
  }
}

refresh();
setInterval(refresh, 30_000);
document.addEventListener("htmx:after:swap", refresh);
document.addEventListener("visibilitychange", refresh);
