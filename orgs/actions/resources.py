"""Import an organization's units, projects and services from a file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from orgs import events
from orgs.actions.record import lock, record
from orgs.actor import Actor
from orgs.csv_import import BadFile, Problem
from orgs.models import AuditArea, Organization, OrganizationalUnit, Project, Service
from orgs.resource_file import ServiceLine
from supportcenter.errors import enforced_by_database
from supportcenter.wording import format_count

ADDED, CHANGED, MOVED, REMOVED, RUNNING_AGAIN = "added", "changed", "moved", "removed", "running again"


@dataclass(frozen=True)
class Change:
    """One change that an import makes or would make; ``before`` and ``after`` as text."""

    how: str
    kind: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ImportOutcome:
    """The changes that an import made or would make, and the number of unchanged services."""

    changes: tuple[Change, ...]
    unchanged: int

    @property
    def summary(self) -> str:
        """Return a summary like “3 services added, 1 project moved”."""
        counts = Counter((each.kind, each.how) for each in self.changes)
        return ", ".join(f"{format_count(count, kind)} {how}" for (kind, how), count in counts.items())


@transaction.atomic
def import_resources(
    *,
    actor: Actor,
    organization: Organization,
    lines: Sequence[ServiceLine],
    is_complete: bool = False,
    dry_run: bool = False,
) -> ImportOutcome:
    """Make units, projects and services match a file. Running it twice changes nothing more.

    Units are identified by name, projects by their name on the whole platform, services by project and name.
    What is not in the file stays. With ``is_complete``, services that are not in the file count as removed.
    A ``dry_run`` says what would change. Raises ``BadFile`` for a project of another organization.
    """
    organization = lock(organization)
    _refuse_foreign_projects(organization, lines)
    import_ = _Import(organization, lines, is_complete=is_complete)
    outcome = ImportOutcome(tuple(import_.changes()), import_.unchanged)
    if dry_run or not outcome.changes:
        return outcome
    # Another organization's import may have taken a project's name since this one was checked.
    with enforced_by_database("changed_meanwhile", "The data changed in the meantime. Check the file again."):
        import_.write()
    record(
        organization,
        AuditArea.RESOURCES,
        events.RESOURCES_IMPORTED,
        f"Imported units, projects and services: {outcome.summary}",
        actor=actor,
        before={f"{each.kind} {each.name}": each.before for each in outcome.changes if each.before},
        after={f"{each.kind} {each.name}": each.after for each in outcome.changes},
    )
    return outcome


def _refuse_foreign_projects(organization: Organization, lines: Sequence[ServiceLine]) -> None:
    names = {each.project for each in lines}
    others = Project.objects.filter(name__in=names).exclude(unit__organization=organization)
    taken = set(others.values_list("name", flat=True))
    problems = [
        Problem(each.line, f"The project name {each.project} is already taken.")
        for each in lines
        if each.project in taken
    ]
    if problems:
        raise BadFile(problems)


class _Import:
    """The current rows and the lines of the file. Reads on creation; only ``write`` changes rows."""

    def __init__(
        self, organization: Organization, lines: Sequence[ServiceLine], *, is_complete: bool
    ) -> None:
        self.organization = organization
        self.lines = lines
        self.units = {each.name: each for each in organization.units.all()}
        projects = Project.objects.filter(unit__organization=organization).select_related("unit")
        self.projects = {each.name: each for each in projects}
        services = Service.objects.filter(project__unit__organization=organization)
        self.services = {(each.project.name, each.name): each for each in services.select_related("project")}
        named = {(each.project, each.service) for each in lines}
        self.gone = [
            service
            for key, service in self.services.items()
            if is_complete and service.removed_at is None and key not in named
        ]

    @property
    def unchanged(self) -> int:
        return sum(not self._service_change(each) for each in self.lines)

    def changes(self) -> Iterator[Change]:
        """Yield units, then projects, then services, each in file order; removed services come last."""
        for name in self._new_units():
            yield Change(ADDED, "unit", name, "", "added")
        for name, unit in self._unit_of_project().items():
            project = self.projects.get(name)
            if project is None:
                yield Change(ADDED, "project", name, "", f"in unit {unit}")
            elif project.unit.name != unit:
                yield Change(MOVED, "project", name, f"in unit {project.unit}", f"in unit {unit}")
        for line in self.lines:
            if change := self._service_change(line):
                yield change
        for service in self.gone:
            yield Change(REMOVED, "service", _full_name(service), _words(service), "removed")

    def _new_units(self) -> list[str]:
        return [name for name in dict.fromkeys(each.unit for each in self.lines) if name not in self.units]

    def _unit_of_project(self) -> dict[str, str]:
        return {each.project: each.unit for each in self.lines}

    def _service_change(self, line: ServiceLine) -> Change | None:
        """Return the change to the service in a line, or None if nothing changes."""
        service = self.services.get((line.project, line.service))
        name, values = f"{line.project}/{line.service}", _fields(line)
        after = _words(Service(**values))
        if service is None:
            return Change(ADDED, "service", name, "", after)
        if service.removed_at:
            return Change(RUNNING_AGAIN, "service", name, "removed", after)
        if all(getattr(service, field) == value for field, value in values.items()):
            return None
        return Change(CHANGED, "service", name, _words(service), after)

    def write(self) -> None:
        for name in self._new_units():
            self.units[name] = OrganizationalUnit.objects.create(organization=self.organization, name=name)
        for name, unit in self._unit_of_project().items():
            project = self.projects.setdefault(name, Project(name=name))
            if project.unit_id != self.units[unit].pk:
                project.unit = self.units[unit]
                project.save()
        changed = []
        for line in filter(self._service_change, self.lines):
            service = self.services.get((line.project, line.service), Service(name=line.service))
            service.project, service.removed_at = self.projects[line.project], None
            for name, value in _fields(line).items():
                setattr(service, name, value)
            changed.append(service)
        self._save(changed)

    def _save(self, changed: list[Service]) -> None:
        for service in self.gone:
            service.removed_at = timezone.now()
        known = [each for each in changed if each.pk]
        Service.objects.bulk_create(each for each in changed if each.pk is None)
        names = ["product", "plan", "is_paid", "is_early_availability", "removed_at"]
        Service.objects.bulk_update([*known, *self.gone], names, batch_size=500)


def _fields(line: ServiceLine) -> dict[str, Any]:
    """Return the fields of the service that a line sets."""
    return {
        "product": line.product,
        "plan": line.plan,
        "is_paid": line.paid,
        "is_early_availability": line.early_availability,
    }


def _full_name(service: Service) -> str:
    return f"{service.project.name}/{service.name}"


def _words(service: Service) -> str:
    """Return the fields of a service that an import sets, as text."""
    early = ["early availability"] if service.is_early_availability else []
    return ", ".join(
        [service.product, service.plan or "no plan", "paid" if service.is_paid else "free", *early]
    )
