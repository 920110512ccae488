"""The navigation of an organization's admin area and of the support settings."""

from django.urls import reverse

from orgs.actor import Actor
from orgs.context import NavigationItem
from orgs.models import Organization
from orgs.roles import Capability

PAGES = [
    ("Overview", "billing:overview", "home", Capability.MANAGE_ORGANIZATION),
    ("Support tier", "billing:tier", "lifebuoy", Capability.MANAGE_ORGANIZATION),
    ("Members", "orgs:members", "users", Capability.MANAGE_MEMBERS),
    ("Units, projects and services", "orgs:resources", "server", Capability.MANAGE_ORGANIZATION),
    ("Visibility", "orgs:visibility", "eye", Capability.MANAGE_ORGANIZATION),
    ("Billing groups", "billing:groups", "credit-card", Capability.MANAGE_ORGANIZATION),
    ("Invoices", "billing:invoices", "receipt", Capability.SEE_INVOICES),
    ("Reports", "tickets:organization_reports", "chart-bar", Capability.SEE_ALL_TICKETS),
    ("Audit log", "orgs:audit_log", "history", Capability.MANAGE_ORGANIZATION),
]


def admin_pages(actor: Actor, organization: Organization, path: str) -> list[NavigationItem]:
    """Return the admin pages that the user can open. The one at or above ``path`` is current."""
    items: list[NavigationItem] = []
    for label, name, icon, capability in PAGES:
        if actor.can(capability, organization):
            url = reverse(name, args=[organization.slug])
            is_current = path == url or (name != "billing:overview" and path.startswith(url))
            items.append(NavigationItem(label, url, icon, current=is_current))
    return items


SETTINGS_PAGES = [
    ("Teams", "tickets:teams", "users"),
    ("People", "tickets:staff", "user-check"),
    ("Macros", "tickets:macros", "template"),
    ("Products", "tickets:products", "package"),
    ("Reasons", "tickets:reasons", "list"),
    ("Tags", "tickets:tag_list", "tag"),
    ("Calendars", "billing:calendars", "calendar"),
    ("Tiers and targets", "billing:matrix", "clock"),
    ("Mail texts", "notifications:mail_texts", "mail"),
    ("Audit log", "orgs:settings_log", "history"),
]


def settings_pages(path: str) -> list[NavigationItem]:
    """Return the settings pages, which every agent can read. The one at or above ``path`` is current."""
    urls = [(label, reverse(name), icon) for label, name, icon in SETTINGS_PAGES]
    return [NavigationItem(label, url, icon, current=path.startswith(url)) for label, url, icon in urls]
