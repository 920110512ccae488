"""The site's settings, with a worker that waits for the mail server however slow the machine is."""

from tests.settings import *  # noqa: F403
from tests.waiting import LIMIT_SECONDS

EMAIL_BACKEND = "tests.drills.backend.EmailBackend"
EMAIL_TIMEOUT = EMAIL_DATA_TIMEOUT = LIMIT_SECONDS
