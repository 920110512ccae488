from django.apps import AppConfig


class LocalConfig(AppConfig):
    """Only for ``make run``: the demo world and the development mailbox."""

    name = "supportcenter.local"
    label = "local"
