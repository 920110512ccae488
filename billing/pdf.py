"""PDFs, made with WeasyPrint if it is installed (requirements/pdf.txt)."""

from pathlib import Path
from typing import Any, NoReturn

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string


class PdfUnavailable(Exception):
    """This site can't make PDFs. The message says how to fix it."""


def to_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Render a template with css/invoice.css as PDF. Raises ``PdfUnavailable``."""
    try:
        import weasyprint  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise PdfUnavailable("WeasyPrint is not installed: install requirements/pdf.txt.") from error
    except OSError as error:  # installed, but can't load Pango
        raise PdfUnavailable(
            "WeasyPrint is installed, but a system library that it needs is missing (libpango-1.0-0, "
            f"libpangoft2-1.0-0, libharfbuzz-subset0): {error}"
        ) from error
    html = weasyprint.HTML(string=render_to_string(template, context), url_fetcher=_fetch_nothing)
    style = Path(str(finders.find("css/invoice.css"))).read_text("utf-8")
    sheet = weasyprint.CSS(string=style)
    return bytes(html.write_pdf(stylesheets=[sheet]))


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> NoReturn:
    """Refuse every request: an invoice needs no external resources."""
    raise ValueError(f"refused to fetch {url}")
