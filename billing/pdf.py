"""A page as PDF, by WeasyPrint where it is installed (requirements/pdf.txt)."""

from pathlib import Path
from typing import Any, NoReturn

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string


class PdfUnavailable(Exception):
    """This site cannot make PDFs; the message says what the people who run it can do."""


def to_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Render a template and lay it out on paper with css/invoice.css. Raises ``PdfUnavailable``."""
    try:
        import weasyprint  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise PdfUnavailable("WeasyPrint is not installed: install requirements/pdf.txt.") from error
    except OSError as error:  # it is, but cannot load Pango
        raise PdfUnavailable(
            "WeasyPrint is installed, but a system library that it needs is missing (libpango-1.0-0, "
            f"libpangoft2-1.0-0, libharfbuzz-subset0): {error}"
        ) from error
    html = weasyprint.HTML(string=render_to_string(template, context), url_fetcher=_fetch_nothing)
    style = Path(str(finders.find("css/invoice.css"))).read_text("utf-8")
    sheet = weasyprint.CSS(string=style)
    return bytes(html.write_pdf(stylesheets=[sheet]))


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> NoReturn:
    """An invoice needs nothing from anywhere, and must not be made to ask for it."""
    raise ValueError(f"refused to fetch {url}")
