"""The engine behind every page and mail: Jinja2, with these functions and filters.

Besides these, templates see only the context of their view and what ``orgs.context`` adds to each page. A
name that is missing raises an error (``StrictUndefined``) instead of printing nothing.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms.renderers import BaseRenderer, DjangoTemplates, Jinja2
from django.template import defaultfilters
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.html import linebreaks, urlize
from jinja2 import Environment, FileSystemBytecodeCache, StrictUndefined
from markupsafe import Markup, escape

from billing.money import format_amount, format_number, format_percent
from orgs.areas import admin_pages, settings_pages
from supportcenter.middleware import request_id
from supportcenter.static_files import scripts, stylesheets
from supportcenter.wording import format_age, format_count


def environment(**options: Any) -> Environment:
    """Return the environment of all templates; Django's backend calls this with the options of TEMPLATES."""
    options |= {
        # The text of a mail is not HTML; everything else is.
        "autoescape": lambda name: name is None or not name.endswith(".txt"),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "bytecode_cache": FileSystemBytecodeCache(),
    }
    env = Environment(**options)  # noqa: S701 - only the text parts of mails are not escaped
    env.globals |= {
        "account_team_email": settings.ACCOUNT_TEAM_EMAIL,
        "admin_pages": admin_pages,
        "forum_url": settings.COMMUNITY_FORUM_URL,
        "icon": icon,
        "request_id": request_id,
        "scripts": scripts(),
        "settings_pages": settings_pages,
        "site_name": settings.SITE_NAME,
        "static": static,
        "stylesheets": stylesheets(),
        "time": time,
        "url": url,
    }
    env.filters |= FILTERS
    return env


@lru_cache(maxsize=4096)
def url(name: str, *args: object) -> str:
    """Return the path of a view."""
    return reverse(name, args=args)


@lru_cache
def static(path: str) -> str:
    """Return the URL of a static file, in production with its hash."""
    return staticfiles_storage.url(path)


@lru_cache
def icon(name: str, label: str = "", css: str = "") -> Markup:
    """Return an icon of the sprite; with a label it is an image of that name, else decoration.

    The names are ICONS in supportcenter/local/vendor.py.
    """
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    classes = f"icon {css}".strip()
    sprite = static("vendor/tabler/icons.svg")
    return Markup('<svg class="{}" {}><use href="{}#{}"></use></svg>').format(classes, role, sprite, name)


def time(when: datetime | None, *, empty: str = "", full: bool = False) -> Markup:
    """Return how long ago an instant was, with the exact time in the reader's zone on hover.

    ``full`` adds the time of day from 30 days on, for threads. static/js/times.js keeps the words current,
    and shows ``data-date`` from 30 days on.
    """
    if when is None:
        return escape(empty)
    zone = timezone.get_current_timezone()
    day, tag = _exact(when, zone, timezone.localtime().year, full)
    age = format_age(when)
    return tag + (day if age is None else age) + Markup("</time>")


@lru_cache(maxsize=8192)
def _exact(when: datetime, zone: Any, this_year: int, full: bool) -> tuple[str, Markup]:
    """Return the day of an instant in a zone, and the opening tag of its ``<time>``."""
    local = when.astimezone(zone)
    day = f"{local.day} {local:%b}" if local.year == this_year else f"{local.day} {local:%b %Y}"
    if full:
        day += f", {local:%H:%M}"
    tag = Markup('<time datetime="{}" title="{}" data-relative data-date="{}">')
    exact = f"{local.day} {local:%b %Y, %H:%M %Z}"
    return day, tag.format(local.isoformat(), exact, day)


def format_date(value: date | datetime | None, pattern: str) -> str:
    """Format a date, or an instant in the reader's time zone, by a pattern of Django's ``date`` filter."""
    if value is None:
        return ""
    return dateformat.format(timezone.localtime(value) if isinstance(value, datetime) else value, pattern)


def plural(count: int, forms: str = "s") -> str:
    """Return the ending of a word after a count, or with ``forms`` the right one of two: ``"is,are"``."""
    return defaultfilters.pluralize(count, forms)


def escaped_linebreaks(text: str) -> Markup:
    """Return plain text as paragraphs and line breaks."""
    return Markup(linebreaks(text, autoescape=True))  # noqa: S704 - Django escapes it


def escaped_breaks(text: str) -> Markup:
    """Return plain text with its line breaks."""
    return Markup("<br>").join(str(text).splitlines())


def linked(text: str) -> Markup:
    """Return plain text with its addresses as links."""
    return Markup(urlize(text, nofollow=True, autoescape=True))  # noqa: S704 - Django escapes it


# Quotes and other stored JSON hold amounts and dates as text.
FILTERS: dict[str, Callable[..., Any]] = {
    "capfirst": defaultfilters.capfirst,
    "count": format_count,
    "date": format_date,
    "day": date.fromisoformat,
    "figure": lambda amount, currency: format_number(Decimal(amount), currency),
    "filesizeformat": defaultfilters.filesizeformat,
    "linebreaks": escaped_linebreaks,
    "linebreaksbr": escaped_breaks,
    "money": lambda amount, currency: format_amount(Decimal(amount), currency),
    "percent": lambda percentage: format_percent(Decimal(percentage)),
    "plural": plural,
    "truncatechars": defaultfilters.truncatechars,
    "urlize": linked,
}


class FormRenderer(BaseRenderer):
    """Render fields with Jinja2, but the widgets of Django's admin with the engine that they are for."""

    def __init__(self) -> None:
        self._jinja, self._django = Jinja2(), DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        engine = self._jinja if template_name.startswith("django/forms/") else self._django
        return engine.get_template(template_name)
