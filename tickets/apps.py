from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"

    def ready(self) -> None:
        from tickets import figures_subscriber, subscribers  # noqa: F401 - registers them
