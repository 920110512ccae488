"""Format times."""

from datetime import datetime

from django import template
from django.utils import formats, timezone

from supportcenter.wording import format_count

register = template.Library()

STEPS = [(86_400, "day"), (3_600, "hour"), (60, "minute")]
MONTH = 30 * 86_400


@register.filter
def ago(when: datetime) -> str:
    """Format ``when`` as static/js/times.js does, so that nothing moves when the script takes over."""
    seconds = round((when - timezone.now()).total_seconds())
    away = abs(seconds)
    if away < 60:
        return "in a moment" if seconds > 0 else "just now"
    if away >= MONTH:
        local = timezone.localtime(when)
        return formats.date_format(local, "j M" if local.year == timezone.localtime().year else "j M Y")
    size, unit = next(step for step in STEPS if away >= step[0])
    count = away // size
    words = format_count(count, unit)
    return f"in {words}" if seconds > 0 else f"{words} ago"
