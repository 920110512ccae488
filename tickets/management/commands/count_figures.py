from typing import Any

from django.core.management.base import BaseCommand

from tickets.reports.actions import count_dirty_days, mark_all_days


class Command(BaseCommand):
    help = "Recount all report figures, starting with the first ticket. The site can keep running."

    def handle(self, *args: Any, **options: Any) -> None:
        mark_all_days()
        self.stdout.write(f"Recounted the figures of {count_dirty_days()} days.")
