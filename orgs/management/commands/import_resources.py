from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgs.actions.resources import import_resources
from orgs.actor import SYSTEM
from orgs.management.import_command import ImportCommand
from orgs.models import Organization
from orgs.resource_file import read_services


class Command(ImportCommand):
    help = "Import an organization's units, projects and services from a CSV file (docs/imports.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the organization's slug, as in its URLs")
        super().add_arguments(parser)
        parser.add_argument(
            "--complete", action="store_true", help="mark services that are not in the file as removed"
        )

    def import_text(self, text: str, options: dict[str, Any]) -> None:
        organization = Organization.objects.filter(slug=options["slug"]).first()
        if organization is None:
            raise CommandError(f"No organization has the slug “{options['slug']}”.")
        outcome = import_resources(
            actor=SYSTEM,
            organization=organization,
            lines=read_services(text),
            is_complete=options["complete"],
            dry_run=options["dry_run"],
        )
        for each in outcome.changes:
            self.stdout.write(f"{each.kind} {each.name} {each.how}: {each.before or '–'} → {each.after}")
        done = "Would change" if options["dry_run"] else "Changed"
        self.stdout.write(f"{done}: {outcome.summary or 'nothing'}. Unchanged: {outcome.unchanged}.")
