"""The bundles of `collectstatic` work in a browser. All other tests load their sources, as in development."""

import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from supportcenter.bundling import bundle_scripts, bundle_styles
from supportcenter.static_files import SCRIPTS, STYLES

STATIC = Path(__file__).resolve().parents[2] / "static"


def serve_bundles(page: Page) -> None:
    """Serve the bundles in place of the last script and the last style sheet, and nothing for the others."""
    texts = {name: (STATIC / name).read_text("utf-8") for name in [*SCRIPTS, *STYLES]}
    answers = dict.fromkeys(texts, "") | {
        SCRIPTS[-1]: bundle_scripts({Path(name).name: texts[name] for name in SCRIPTS}),
        STYLES[-1]: bundle_styles({Path(name).name: texts[name] for name in STYLES}),
    }

    def answer(route: Route) -> None:
        name = urlsplit(route.request.url).path.removeprefix("/static/")
        if name in answers:
            route.fulfill(body=answers[name], content_type=mimetypes.guess_type(name)[0])
        else:
            route.continue_()

    page.route("**/static/**", answer)


def test_page_works_with_bundles(person):
    fay = person("fay@support.example")
    serve_bundles(fay.page)
    page = fay.open("/queue/")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("[data-select-all]").check()
    expect(page.get_by_text(" selected").first).to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.keyboard.press("Escape")
    expect(page.locator(".user-menu .menu-panel")).to_be_hidden()
