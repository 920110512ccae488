from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class OutboxConfig(AppConfig):
    name = "supportcenter.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Load the Celery app in every process that can publish: without it nudges go elsewhere."""
        import_module(settings.OUTBOX_CELERY_APP)
