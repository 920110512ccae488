"""Static files: hashed, compressed and bundled in production (decision 18)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from supportcenter.bundling import bundle_scripts, bundle_styles

# The sources of the bundles. A later rule wins, a later script hears an event later.
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
        "theme", "toasts", "htmx-feedback", "csrf", "confirm", "uploads", "files", "forms", "pick-list",
        "drafts", "server-drafts", "polling", "menu", "print", "focus", "folds", "times", "scroll",
        "completion", "combobox", "palette", "selection", "keys", "macros",
    )
]  # fmt: skip
STYLE_BUNDLE, SCRIPT_BUNDLE = "bundles/site.css", "bundles/site.js"


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Write the bundles when static files are collected."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            self._write(STYLE_BUNDLE, bundle_styles(self._read(STYLES)))
            self._write(SCRIPT_BUNDLE, bundle_scripts(self._read(SCRIPTS)))
            paths |= {name: (self, name) for name in (STYLE_BUNDLE, SCRIPT_BUNDLE)}
        yield from super().post_process(paths, dry_run, **options)

    def _read(self, names: list[str]) -> dict[str, str]:
        return {Path(name).name: Path(self.path(name)).read_text("utf-8") for name in names}

    def _write(self, name: str, text: str) -> None:
        self.delete(name)
        self.save(name, ContentFile(text.encode()))


def stylesheets() -> list[str]:
    """Return the style sheets of every page: the bundle, or its sources in development and in tests."""
    return [STYLE_BUNDLE] if _is_bundled() else STYLES


def scripts() -> list[str]:
    """Return the scripts of every page: the bundle, or its sources in development and in tests."""
    return [SCRIPT_BUNDLE] if _is_bundled() else SCRIPTS


def _is_bundled() -> bool:
    return isinstance(staticfiles_storage, StaticFilesStorage) and not settings.DEBUG
