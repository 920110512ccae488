from typing import Any

from django.core.management.base import BaseCommand

from tickets.reports.actions import count_dirty_days, mark_all_days


class Command(BaseCommand):
    help = "Recount the figures of all reports, from the first ticket on. The site can keep running."

    def handle(self, *args: Any, **options: Any) -> None:
        mark_all_days()
        self.stdout.write(f"{count_dirty_days()} days counted.")
