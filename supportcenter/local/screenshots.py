"""`make screenshots`: take the pictures in docs/images of a running site with the demo data.

The site is the one at `SITE_URL`: from the environment, from `var/env` (which `make run` writes) or
http://localhost:8000.
"""

import os
import sys

import environ
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from supportcenter.local.chromium import find_chromium
from supportcenter.local.layout import CHECKOUT, Layout

IMAGES = CHECKOUT / "docs" / "images"
CUSTOMER, AGENT = "ada@acme.example", "fay@support.example"
LIST, CREATE, QUEUE = "/o/acme/tickets/organization/", "/o/acme/tickets/new/", "/queue/"
WIDE, NARROW = (1440, 900), (390, 844)
THEMES = ("light", "dark")
# How good a ticket looks before scrolling: above all an agent's comment with code counts, then more code,
# people in CC and a service.
SHOWN = """
() => {
  const seen = [...document.querySelectorAll(".comment pre")].filter(
    (code) => code.getBoundingClientRect().bottom < window.innerHeight - 40);
  const answered = seen.some((code) => code.closest(".comment-agent"));
  const side = document.querySelector(".ticket-side")?.innerText ?? "";
  return (answered ? 10 : 0) + seen.length + side.includes("CC") + !side.includes("none named");
}
"""


def site_url() -> str:
    """Return the address of the site."""
    values = environ.Env()
    values.read_env(str(Layout.from_environ().env))
    return values.str("SITE_URL", default="http://localhost:8000").rstrip("/")


def launch_options() -> dict[str, object]:
    """Return the options for the system's Chromium; its sandbox does not work for root."""
    arguments = ["--disable-background-networking", "--disable-gpu", "--hide-scrollbars"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {"executable_path": find_chromium(), "args": arguments}


def sign_in(browser: Browser, site: str, email: str) -> BrowserContext:
    """Return a browser context in which someone of the demo is signed in."""
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")  # redirects to the login
    page.fill("[name=login]", email)
    page.fill("[name=password]", os.environ.get("DEMO_PASSWORD") or "demo-password")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    page.close()
    return context


def good_ticket(page: Page) -> str:
    """Return the address of the listed ticket that looks best."""
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.goto(LIST)
    links = [link.get_attribute("href") or "" for link in page.locator("a.ticket-subject").all()]
    shown: dict[str, int] = {}
    for link in links:
        page.goto(link)
        shown[link] = page.evaluate(SHOWN)
    return max(shown, key=lambda link: shown[link])


def take(page: Page, path: str, name: str, size: tuple[int, int], theme: str) -> None:
    """Take a screenshot of a window of this size."""
    page.context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(path)
    page.evaluate("document.fonts.ready")
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file, animations="disabled", caret="hide")
    print(f"{file.relative_to(CHECKOUT)}  {file.stat().st_size:,} bytes", flush=True)


def take_all(browser: Browser, site: str) -> None:
    customer = sign_in(browser, site, CUSTOMER).new_page()
    agent = sign_in(browser, site, AGENT).new_page()
    agent.goto(QUEUE)
    ticket = good_ticket(customer)
    pages: list[tuple[Page, str, str]] = [
        (customer, ticket, "ticket"),
        (customer, LIST, "list"),
        (customer, CREATE, "create"),
        (agent, QUEUE, "queue"),
    ]
    for page, path, name in pages:
        for theme in THEMES:
            take(page, path, f"{name}-{theme}", WIDE, theme)
    take(customer, ticket, "ticket-narrow", NARROW, "light")
    take(agent, QUEUE, "queue-narrow", NARROW, "light")


def main() -> int:
    """Take all screenshots; return 1 after one line if the site doesn't run."""
    site = site_url()
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
            take_all(browser, site)
            browser.close()
    except BrowserError as error:
        print(f"make screenshots: {error.message.splitlines()[0]} (is {site} running?)", file=sys.stderr)
        return 1
    return 0
