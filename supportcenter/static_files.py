"""Static files: hashed, compressed and bundled in production, and the ones that each page loads."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

from supportcenter.bundling import bundle_scripts, bundle_styles

# The sources of the bundles, in this order: a later rule wins, a later script hears an event later.
STYLES = [
    "vendor/tabler/tabler.min.css",
    *(
        f"css/{name}.css"
        for name in (
            "base", "layout", "components", "forms", "lists", "ticket", "queue", "ticket-agent", "admin",
            "search", "reports", "print",
        )
    ),
]  # fmt: skip
SCRIPTS = [
    f"js/{name}.js"
    for name in (
        "theme", "htmx-feedback", "toasts", "csrf", "confirm", "uploads", "files", "forms", "pick-list",
        "drafts", "server-drafts", "polling", "menu", "toggles", "print", "focus", "folds", "times", "scroll",
        "completion", "combobox", "palette", "selection", "keys", "macros",
    )
]  # fmt: skip
STYLE_BUNDLE, SCRIPT_BUNDLE = "bundles/site.css", "bundles/site.js"


class PageFiles(NamedTuple):
    """URLs for the head of a page."""

    font: str
    styles: list[str]
    blocking: list[str]
    """Scripts that run before the first paint."""
    deferred: list[str]
    """Scripts that run when the page is parsed, before the modules."""
    modules: list[str]


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Write the bundles when static files are collected."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            self._bundle(STYLE_BUNDLE, bundle_styles(self._texts(STYLES)))
            self._bundle(SCRIPT_BUNDLE, bundle_scripts(self._texts(SCRIPTS)))
            paths |= {name: (self, name) for name in (STYLE_BUNDLE, SCRIPT_BUNDLE)}
        yield from super().post_process(paths, dry_run, **options)

    def _texts(self, names: list[str]) -> dict[str, str]:
        texts = {}
        for name in names:
            with self.open(name) as file:
                texts[name.removeprefix("js/")] = file.read().decode()
        return texts

    def _bundle(self, name: str, text: str) -> None:
        self.delete(name)
        self.save(name, ContentFile(text.encode()))


def page_files() -> PageFiles:
    """Return what every page loads: the bundles, or their sources in development and in tests."""
    is_bundled = isinstance(staticfiles_storage, StaticFilesStorage) and not settings.DEBUG
    return PageFiles(
        font=static("vendor/inter/inter-latin.woff2"),
        styles=[static(name) for name in ([STYLE_BUNDLE] if is_bundled else STYLES)],
        blocking=[],
        deferred=[static("django_htmx/htmx-4.min.js")],
        modules=[static(name) for name in ([SCRIPT_BUNDLE] if is_bundled else SCRIPTS)],
    )


def error_page_files() -> PageFiles:
    """Return what an error page loads: the theme, which only the browser knows, and what saves texts."""
    return page_files()._replace(
        blocking=[static("js/theme.js")], deferred=[], modules=[static("js/drafts.js")]
    )
