"""The whole site as `make run` starts it, and people who use it in Chromium."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests/vendor/axe/axe.min.js").read_text()
# The levels of WCAG 2.2 AA, and what axe calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Resolves when colours and layout have stopped changing.
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
START_SECONDS = 90
MAIL_SECONDS = 20


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One site and one browser serve all of these, so one worker runs them all."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the running site."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def site(var: Path) -> Iterator[str]:
    """The address of a running site with the demo world, a real worker, beat and mail catcher."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    log = (var / "run.log").open("wb+")
    process = subprocess.Popen(
        [sys.executable, "-m", "supportcenter.local", "run"],
        cwd=ROOT,
        env=kept | {"PORT": str(port), "VAR_DIR": str(var)},
        stdout=log,
        stderr=log,
    )
    try:
        wait_for(lambda: b"Ctrl-C stops everything" in (var / "run.log").read_bytes(), process)
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, (var / "run.log").read_text()[-3000:]
        log.close()


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        assert process.poll() is None, "make run ended"
        assert time.monotonic() < deadline, "make run did not come up"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    assert found, "Chromium is missing; make test says how to get it"
    with sync_playwright() as playwright:
        arguments = ["--disable-background-networking", "--disable-gpu"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        chromium = playwright.chromium.launch(executable_path=found, args=arguments)
        yield chromium
        chromium.close()


class Person:
    """Somebody with a browser of their own. What the console complains of fails the test."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.context = context
        self.complaints: list[str] = []
        context.set_default_timeout(10_000)
        self.page = context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # Chromium reports every answer of 4xx as an error; tests ask for some on purpose.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self, email: str) -> None:
        self.page.goto(f"{self.site}/account/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill("demo-password")
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda url: "/account/" not in url)

    def open(self, path: str) -> Page:
        """Go to a page and look at it as everybody must be able to."""
        self.page.goto(self.site + path if path.startswith("/") else path)
        self.check()
        return self.page

    def follow(self, link: Locator) -> None:
        """Click what leads to another page, and look at that page."""
        with self.page.expect_navigation():
            link.click()
        self.check()

    def check(self) -> None:
        """axe finds nothing, in light and dark, and nothing scrolls sideways on a small phone."""
        self.page.locator("body").wait_for(state="attached")
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
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", RULES)[
        "violations"
    ]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.fixture
def person(browser: Browser, site: str) -> Iterator[Callable[[str], Person]]:
    """People by their address, signed in; without an address, somebody who is not."""
    people: list[Person] = []

    def come(email: str = "", **options: Any) -> Person:
        # Transitions off: axe must not measure a colour half-way.
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options
        )
        one = Person(context, site)
        people.append(one)
        if email:
            one.sign_in(email)
        return one

    yield come
    for one in people:
        one.context.close()
    assert [complaint for one in people for complaint in one.complaints] == []


@pytest.fixture
def run_at(site: str, var: Path) -> Callable[[str, datetime], None]:
    """Do a job of the beat schedule as if it were another time: nobody can wait for the 1st."""

    def run(job: str, now: datetime) -> None:
        at = f"datetime.fromisoformat({now.isoformat()!r})"
        module, _, name = job.rpartition(".")
        code = f"from datetime import datetime; from billing.actions.{module} import {name}; {name}({at})"
        subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "ENV_FILE": str(var / "env")},
            check=True,
            capture_output=True,
        )

    return run


@pytest.fixture
def mail_to(person: Callable[..., Person]) -> Callable[..., dict[str, Any]]:
    """The newest mail to an address whose text holds some words, as soon as the catcher has it."""
    reader = person()

    def wait(address: str, words: str) -> dict[str, Any]:
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            response = reader.context.request.get(
                f"{reader.site}/dev/mail/?to={address}", headers={"Accept": "application/json"}
            )
            found = [each for each in json.loads(response.text()) if words in each["text"]]
            if found:
                return found[0]
            time.sleep(0.2)
        raise AssertionError(f"no mail to {address} with {words!r}")

    return wait
