// <time datetime data-relative>: "5 minutes ago", kept fresh. The exact time stands in `title`. From 30 days on it is the
// date in data-date, which the server wrote in the reader's time zone; the browser's may be another one.
const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function relative(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const away = Math.abs(seconds);
  if (away < MINUTE) return seconds > 0 ? "in a moment" : "just now";
  if (away < HOUR) return words.format(Math.trunc(seconds / MINUTE), "minute");
  if (away < DAY) return words.format(Math.trunc(seconds / HOUR), "hour");
  if (away < 30 * DAY) return words.format(Math.trunc(seconds / DAY), "day");
  return null;
}

function refresh() {
  for (const each of document.querySelectorAll("time[data-relative]")) {
    const text = relative(new Date(each.dateTime)) ?? each.dataset.date;
    if (text && each.textContent !== text) each.textContent = text;
  }
}

refresh();
setInterval(refresh, 30_000);
document.addEventListener("htmx:after:swap", refresh);
document.addEventListener("visibilitychange", refresh);
