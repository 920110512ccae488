"""Filters and orders of a customer's list."""

from typing import ClassVar

from django.http import QueryDict

from orgs.access import members_of, projects_of
from orgs.actor import Actor
from orgs.models import Organization
from tickets import access
from tickets.forms.filters import FilterForm, LaterOptions, choice, day
from tickets.paging import Orders, Sort
from tickets.states import CUSTOMER_FILTERS, Severity

ORDERS: Orders = {
    "-updated": ("Recently updated first", Sort("updated_at").reversed()),
    "updated": ("Least recently updated first", Sort("updated_at")),
    "-created": ("Newest first", Sort("created_at").reversed()),
    "created": ("Oldest first", Sort("created_at")),
    "-severity": ("Most severe first", Sort("severity_rank", read=int).reversed()),
    "severity": ("Least severe first", Sort("severity_rank", read=int)),
    "due": ("Response due first", Sort("due_order")),
    "-due": ("Response due last", Sort("due_order").reversed()),
}


class ListForm(FilterForm):
    """The filters and order of a customer's list."""

    terms: ClassVar = {
        "status": "status:",
        "severity": "severity:",
        "product": "product:",
        "project": "project:",
        "requester": "requester:",
        "since": "updated:>=",
        "until": "updated:<=",
    }
    orders: ClassVar = ORDERS

    status = choice("Status", "Any status", [(code, words) for code, (words, _) in CUSTOMER_FILTERS.items()])
    severity = choice("Severity", "Any severity", Severity.choices)
    product = choice("Product", "Any product")
    project = choice("Project", "Any project")
    requester = choice("Requester", "Any requester")
    since = day("Updated from")
    until = day("Updated to")

    def __init__(self, query: QueryDict, *, actor: Actor, organization: Organization, tab: str) -> None:
        projects = projects_of(organization).values_list("name", flat=True)
        options: dict[str, LaterOptions | None] = {
            "product": lambda: list(access.products().values_list("code", "name")),
            "project": lambda: [(name, name) for name in projects],
            "requester": None
            if tab == "mine"
            else lambda: list(members_of(organization).values_list("email", "name")),
        }
        super().__init__(query, actor=actor, options=options)
