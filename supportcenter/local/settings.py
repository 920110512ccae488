"""The settings of `make run`: those of the site, with the demo data and the development mailbox.

Production uses `supportcenter.settings`, which knows nothing of this package.
"""

from pathlib import Path

from supportcenter.settings import *  # noqa: F403
from supportcenter.settings import BASE_DIR, DEBUG, INSTALLED_APPS, MIDDLEWARE, env

INSTALLED_APPS = [*INSTALLED_APPS, "supportcenter.local"]
ROOT_URLCONF = "supportcenter.local.urls"
if DEBUG:
    MIDDLEWARE = [*MIDDLEWARE, "supportcenter.local.middleware.OwnNotFoundPage"]

# --- Development ---

# Password of every demo login that `make run` creates on the first start.
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="demo-password")
# Maildir in which `make run` catches emails; `/dev/mail/` shows them.
DEV_MAILBOX = Path(env.str("DEV_MAILBOX", default=str(BASE_DIR / "var" / "mail")))
