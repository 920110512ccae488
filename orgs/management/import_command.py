"""Commands that import a CSV file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs.csv_import import decode
from supportcenter.errors import RuleViolation


class ImportCommand(BaseCommand):
    """Reads the file and reports problems as a command error."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would change, without changing anything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.import_text(decode(options["file"].read_bytes()), options)
        except OSError as error:
            raise CommandError(f"Can't read {options['file']}: {error.strerror}.") from error
        except RuleViolation as violation:
            raise CommandError(f"Nothing was imported.\n{violation.message}") from violation

    def import_text(self, text: str, options: dict[str, Any]) -> None:
        """Import the text of the file and print the outcome."""
        raise NotImplementedError
