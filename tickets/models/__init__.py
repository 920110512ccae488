"""Tables of the tickets app. Django finds them by these imports; code imports from the modules themselves."""

from tickets.bulk import models as bulk_models  # noqa: F401
from tickets.models import (  # noqa: F401
    catalog,
    clock,
    conversation,
    drafts,
    following,
    handover,
    linking,
    macros,
    mentions,
    people,
    queue,
    search,
    tags,
    teams,
    ticket,
)
from tickets.reports import models as report_models  # noqa: F401
