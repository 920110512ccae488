from typing import Any

from django.core.management.base import BaseCommand

from supportcenter.local.demo.load import is_empty, load


class Command(BaseCommand):
    help = "Load the demo data into an empty database. If there are organizations, do nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(load() if is_empty() else "There are organizations already. Nothing was loaded.")
