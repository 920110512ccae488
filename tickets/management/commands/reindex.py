"""``manage.py reindex``: rebuild the search index of every ticket."""

from typing import Any

from django.core.management.base import BaseCommand

from tickets.actions.indexing import reindex


class Command(BaseCommand):
    help = "Rebuild the search index in small steps while the site runs."

    def handle(self, *args: Any, **options: Any) -> None:
        last = 0
        for last in reindex():
            self.stdout.write(f"up to ticket {last}", ending="\r")
        self.stdout.write(f"All tickets up to {last} are in the search index.")
