"""The site's settings with less patience, so that a drill takes seconds."""

from tests.settings import *  # noqa: F403

EMAIL_BACKEND = "tests.drills.backend.EmailBackend"
EMAIL_TIMEOUT = 1
EMAIL_DATA_TIMEOUT = 8
