"""The site's settings, changed where tests need it."""

from supportcenter.settings import *  # noqa: F403
from supportcenter.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real ones are slow by design
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
ANYMAIL = {"WEBHOOK_SECRET": "provider:a-secret", "MAILGUN_WEBHOOK_SIGNING_KEY": "a-key"}
