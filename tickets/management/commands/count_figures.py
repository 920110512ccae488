from typing import Any

from django.core.management.base import BaseCommand

from tickets.reports.actions import count_dirty_days, mark_all_days


class Command(BaseCommand):
    help = "Count the figures of all reports anew, from the first ticket on. The site may run meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        mark_all_days()
        self.stdout.write(f"{count_dirty_days()} days counted.")
