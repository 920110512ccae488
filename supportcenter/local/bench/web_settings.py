"""The settings of the web server that is measured: those of `make run`, with connections that stay open.

The CPU time of a connection to the database can't be read once it is closed.
"""

from supportcenter.local.settings import *  # noqa: F403
from supportcenter.settings import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = None
RATE_LIMITS = False
