from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.actions.charges import import_charges
from billing.charge_file import parse_charges
from billing.money import format_amount
from orgs.actor import SYSTEM
from orgs.csv_import import decode
from supportcenter.errors import RuleViolation


class Command(BaseCommand):
    help = "Import service charges from a CSV file (docs/imports.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = parse_charges(decode(options["file"].read_bytes()))
            outcome = import_charges(actor=SYSTEM, lines=lines, dry_run=options["dry_run"])
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except RuleViolation as violation:
            raise CommandError(f"Nothing is imported.\n{violation.message}") from violation
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{outcome.created} {would}added, {outcome.changed} {would}changed, {outcome.unchanged} known. "
            f"All of the file: {format_amount(outcome.total, settings.PRICE_CURRENCY)}."
        )
