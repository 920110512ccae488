from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs.actions.resources import import_resources
from orgs.actor import SYSTEM
from orgs.csv_import import decode
from orgs.models import Organization
from orgs.resource_file import read_services
from supportcenter.errors import RuleViolation


class Command(BaseCommand):
    help = "Import an organization's units, projects and services from a CSV file (docs/imports.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the organization's name in addresses")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument(
            "--complete", action="store_true", help="mark services that are not in the file as removed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["slug"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['slug']}”.")
        try:
            outcome = import_resources(
                actor=SYSTEM,
                organization=organization,
                lines=read_services(decode(options["file"].read_bytes())),
                is_complete=options["complete"],
                dry_run=options["dry_run"],
            )
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except RuleViolation as violation:
            raise CommandError(f"Nothing is imported.\n{violation.message}") from violation
        for each in outcome.changes:
            self.stdout.write(f"{each.kind} {each.name} {each.how}: {each.before or '–'} → {each.after}")
        done = "Would change" if options["dry_run"] else "Changed"
        self.stdout.write(f"{done}: {outcome.summary or 'nothing'}. As it was: {outcome.unchanged}.")
