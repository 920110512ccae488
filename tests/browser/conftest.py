"""People who use the running site in Chromium."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from supportcenter.local.chromium import find_chromium
from tests.browser.driver import SESSION_COOKIE
from tests.driver import Driver
from tests.site import Site
from tests.waiting import LIMIT_SECONDS, wait_until

LIMIT_MILLISECONDS = LIMIT_SECONDS * 1000
ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests/vendor/axe/axe.min.js").read_text()
# The levels of WCAG 2.2 AA, and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Resolves when colors and layout no longer change.
SETTLED = """async () => {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await Promise.all(document.getAnimations().map((each) => each.finished));
}"""
# What sticks out of the page, if the page scrolls sideways.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth)
        .map((each) => each.outerHTML.slice(0, 200))"""
CLASSES = "() => [...document.querySelectorAll('[class]')].flatMap((each) => [...each.classList])"
LEFT_OUT = set((ROOT / "tests/vendor/tabler/left-out.txt").read_text("utf-8").split())
# Chromium reports every 4xx response as an error; tests cause some on purpose. htmx reports a request that
# a newer one replaced (hx-sync), which depends on how fast the server responds.
# The frame of a mail runs no scripts, so not ours below either. On a slow machine a page does without its
# font (font-display: optional), and Chromium reports that it was preloaded in vain.
HARMLESS = (
    "Failed to load resource",
    "AbortError: signal is aborted",
    "document's frame is sandboxed",
    ".woff2 was preloaded using link preload but not used",
)
# Messages stay, as they do under the pointer: on a busy machine one could go before a test has looked.
HOLD_MESSAGES = """addEventListener("DOMContentLoaded", () => {
    const hold = () => document.querySelectorAll("[data-toast]")
        .forEach((each) => each.dispatchEvent(new Event("pointerenter")));
    hold();
    new MutationObserver(hold).observe(document.body, { childList: true, subtree: true });
})"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One site and one browser serve all of these, so one worker runs them all."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("site"))


@pytest.fixture
def site(running_site: Site) -> str:
    """The address of a running site with the demo world, a real worker, beat and mail catcher."""
    running_site.start()
    return running_site.url


@pytest.fixture(scope="session")
def driver(running_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    running_site.start()
    log = tmp_path_factory.mktemp("driver") / "log"
    driver = Driver("tests.browser.driver", running_site.django_environ, log)
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = find_chromium()
    assert found, "Chromium is missing; make test says how to get it"
    expect.set_options(timeout=LIMIT_MILLISECONDS)
    # Playwright leaves its event loop in this thread, where other tests of the worker use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        arguments = ["--disable-background-networking", "--disable-gpu"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        chromium = playwright.chromium.launch(
            executable_path=found, args=arguments, timeout=LIMIT_MILLISECONDS
        )
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Person:
    """Someone with a browser of their own. A complaint in the console fails the test."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.context = context
        self.complaints: list[str] = []
        context.set_default_timeout(LIMIT_MILLISECONDS)
        context.add_init_script(HOLD_MESSAGES)
        self.page = context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(each in message.text for each in HARMLESS):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self, email: str) -> None:
        """Sign in by the form."""
        self.page.goto(f"{self.site}/account/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill("demo-password")
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda url: "/account/" not in url)

    def open(self, path: str) -> Page:
        """Go to a page and check it."""
        self.page.goto(self.site + path if path.startswith("/") else path)
        self.check()
        return self.page

    def follow(self, link: Locator) -> None:
        """Click what leads to another page, and check that page."""
        with self.page.expect_navigation():
            link.click()
        self.check()

    def check(self) -> None:
        """Expect no finding of axe, in light and dark, and nothing that scrolls sideways on a small phone."""
        self.page.locator("body").wait_for(state="attached")
        # Some classes are composed, such as "state-" and a status: test_vendor.py can't see those.
        assert LEFT_OUT.isdisjoint(self.page.evaluate(CLASSES))
        for theme in ("dark", "light"):
            self.page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            self.page.evaluate(SETTLED)
            assert violations(self.page) == [], f"{self.page.url} in {theme}"
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.page.evaluate(SETTLED)
        assert self.page.evaluate(TOO_WIDE) == [], f"{self.page.url} scrolls sideways on a small phone"
        assert size
        self.page.set_viewport_size(size)


def violations(page: Page) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", RULES)[
        "violations"
    ]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.fixture
def person(browser: Browser, site: str, driver: Driver) -> Iterator[Callable[..., Person]]:
    """Open a browser for the person with this address, signed in, or for someone without an account."""
    people: list[Person] = []

    def come(email: str = "", **options: Any) -> Person:
        # Transitions off: axe must not measure a color half-way.
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options
        )
        one = Person(context, site)
        people.append(one)
        if email:
            session = driver.call("sign_in", email)
            context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": site}])
        return one

    yield come
    for one in people:
        one.context.close()
    assert [complaint for one in people for complaint in one.complaints] == []


@pytest.fixture
def run_at(driver: Driver) -> Callable[[str, datetime], None]:
    """Run a billing job of the beat schedule as if it were another time: no test can wait for the 1st."""
    return lambda job, now: driver.call(job, now.isoformat())


@pytest.fixture
def mail_to(person: Callable[..., Person]) -> Callable[..., dict[str, Any]]:
    """Wait for a mail to an address whose text contains some words; return the newest."""
    reader = person()

    def newest(address: str, words: str) -> dict[str, Any] | None:
        response = reader.context.request.get(
            f"{reader.site}/dev/mail/?to={address}", headers={"Accept": "application/json"}
        )
        return next((each for each in json.loads(response.text()) if words in each["text"]), None)

    return lambda address, words: wait_until(
        lambda: newest(address, words), f"a mail to {address} with {words!r}"
    )
