"""The bundles of `collectstatic` work in a browser. All other tests load their sources, as in development."""

from pathlib import Path

from playwright.sync_api import Page, expect

from supportcenter.bundling import bundle_scripts, bundle_styles
from supportcenter.static_files import SCRIPTS, STYLES

STATIC = Path(__file__).resolve().parents[2] / "static"


def serve_bundle(page: Page, names: list[str], bundle: str, content_type: str) -> None:
    """Serve the bundle as the last of these files, and the others empty."""
    for name in names:
        body = bundle if name == names[-1] else ""
        page.route(
            f"**/static/{name}",
            lambda route, body=body: route.fulfill(body=body, content_type=content_type),
        )


def sources(names: list[str]) -> dict[str, str]:
    return {Path(name).name: (STATIC / name).read_text("utf-8") for name in names}


def test_page_works_with_bundles(person):
    fay = person("fay@support.example")
    serve_bundle(fay.page, SCRIPTS, bundle_scripts(sources(SCRIPTS)), "text/javascript")
    serve_bundle(fay.page, STYLES, bundle_styles(sources(STYLES)), "text/css")
    page = fay.open("/queue/")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("[data-select-all]").check()
    expect(page.get_by_text("selected").first).to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    page.keyboard.press("Escape")
    expect(page.locator(".user-menu .menu-panel")).to_be_hidden()
