"""How a change was made."""

from django.db import models


class Source(models.TextChoices):
    WEB = "web", "Web"
    MAIL = "mail", "Mail"
    API = "api", "API"
    SYSTEM = "system", "System"
