from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Django's documentation asks for this: modules that import models are imported once the apps are
        # ready, and importing these two registers what is in them.
        from notifications import receivers, subscribers  # noqa: F401
