"""Template context of every page: the reader, and what surrounds the page."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from orgs.actor import Actor, actor_of
from orgs.models import Organization
from orgs.roles import Capability


@dataclass(frozen=True)
class NavigationItem:
    label: str
    url: str
    icon: str
    current: bool


class Frame:
    """What surrounds a page: computed only if the template asks for it, which fragments don't."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def theme(self) -> str:
        return self._request.COOKIES.get("theme", "auto")

    @cached_property
    def actor(self) -> Actor | None:
        user = getattr(self._request, "user", None)
        return actor_of(self._request) if user and user.is_authenticated else None

    @property
    def works_queue(self) -> bool:
        return self.actor is not None and self.actor.can(Capability.WORK_QUEUE)

    @cached_property
    def organizations(self) -> list[Organization]:
        return [each.organization for each in self.actor.memberships] if self.actor else []

    @cached_property
    def organization(self) -> Organization | None:
        return _current_organization(self._request, self.organizations)

    @cached_property
    def navigation(self) -> list[NavigationItem]:
        return _navigation(self._request, self.actor, self.organization) if self.actor else []

    @property
    def search_url(self) -> str:
        return _search_url(self.actor, self.organization) if self.actor else ""


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the context that every page has besides that of its view: the reader and the frame."""
    return {"user": getattr(request, "user", None), "frame": Frame(request)}


def act_in(request: HttpRequest, organization: Organization) -> None:
    """Set the organization of a page whose URL does not name it. The navigation then leads there."""
    request._organization = organization  # type: ignore[attr-defined]  # noqa: SLF001


def _current_organization(request: HttpRequest, organizations: list[Organization]) -> Organization | None:
    """Return the organization of the URL or the page if the user is a member, else their first one."""
    match = request.resolver_match
    named = getattr(request, "_organization", None)
    slug = named.slug if named else match.kwargs.get("slug") if match else None
    found = next((each for each in organizations if each.slug == slug), None)
    return found or (organizations[0] if organizations else None)


def _navigation(
    request: HttpRequest, actor: Actor, organization: Organization | None
) -> list[NavigationItem]:
    items: list[tuple[str, str, list[str], str]] = []
    if actor.can(Capability.WORK_QUEUE):
        items.append(("Queue", "tickets:queue", [], "inbox"))
        items.append(("Mail", "notifications:mails", [], "mail"))
        items.append(("Settings", "tickets:teams", [], "adjustments"))
    if actor.can(Capability.SEE_REPORTS):
        items.append(("Reports", "tickets:reports", [], "chart-bar"))
    if actor.can(Capability.MANAGE_ACCOUNTS):
        items.append(("Tier changes", "billing:tier_changes", [], "refresh"))
        items.append(("Organizations", "billing:organizations", [], "building"))
        items.append(("Service charges", "billing:charges", [], "coins"))
        items.append(("Mail", "notifications:suppressions", [], "mail-off"))
    if organization:
        items.append(("My tickets", "tickets:list", [organization.slug], "ticket"))
        items.append(("Create ticket", "tickets:new", [organization.slug], "plus"))
        if actor.can(Capability.MANAGE_ORGANIZATION, organization):
            items.append(("Admin", "billing:overview", [organization.slug], "settings"))
        elif actor.can(Capability.SEE_INVOICES, organization):
            items.append(("Invoices", "billing:invoices", [organization.slug], "receipt"))
    items.append(("Help", "help", [], "help"))
    return [_item(request, label, reverse(name, args=args), icon) for label, name, args, icon in items]


def _item(request: HttpRequest, label: str, url: str, icon: str) -> NavigationItem:
    """Return whether an item is current: on its own page and, for an area, on the pages below."""
    is_area = url.endswith("/admin/") or url.startswith(("/account-team/", "/mail/", "/reports/"))
    current = request.path == url or (is_area and request.path.startswith(url))
    if url.startswith("/settings/"):  # the item leads to the first page of the area
        current = request.path.startswith("/settings/")
    return NavigationItem(label, url, icon, current)


def _search_url(actor: Actor, organization: Organization | None) -> str:
    """Where the search of the header leads: to all that the person may see, there."""
    if actor.can(Capability.WORK_QUEUE):
        return reverse("tickets:queue", args=["all"])
    return reverse("tickets:search", args=[organization.slug]) if organization else ""
