from django.apps import AppConfig


class LocalConfig(AppConfig):
    """The demo data and the development mailbox; only `supportcenter.local.settings` installs it."""

    name = "supportcenter.local"
    label = "local"
