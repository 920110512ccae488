from typing import Any

from django.conf import settings

from billing.actions.charges import import_charges
from billing.charge_file import parse_charges
from billing.money import format_amount
from orgs.actor import SYSTEM
from orgs.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Import service charges from a CSV file (docs/imports.md)."

    def import_text(self, text: str, options: dict[str, Any]) -> None:
        outcome = import_charges(actor=SYSTEM, lines=parse_charges(text), dry_run=options["dry_run"])
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{outcome.created} {would}added, {outcome.changed} {would}changed, "
            f"{outcome.unchanged} unchanged. Total: {format_amount(outcome.total, settings.PRICE_CURRENCY)}."
        )
