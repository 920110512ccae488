from typing import Any

from django.core.management.base import BaseCommand

from supportcenter.local.demo.load import is_empty, load


class Command(BaseCommand):
    help = "Load the demo world into an empty database; does nothing where there are organizations."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(load() if is_empty() else "There are organizations already; nothing is loaded.")
