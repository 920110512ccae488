from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "supportcenter.outbox"
    label = "outbox"
