"""Choosing what to follow in an organization."""

from typing import Any

from django import forms

from orgs.access import projects_of, units_of
from orgs.models import Organization
from tickets.access import products
from tickets.models.following import FollowScope


class FollowForm(forms.Form):
    """What to follow in an organization, grouped by kind."""

    part = forms.ChoiceField(label="What to follow")

    def __init__(self, data: Any, *, organization: Organization) -> None:
        super().__init__(data)
        parts: dict[FollowScope, list[Any]] = {
            FollowScope.UNIT: list(units_of(organization)),
            FollowScope.PROJECT: list(projects_of(organization)),
            FollowScope.PRODUCT: list(products()),
        }
        self.targets = {
            f"{scope}:{each.pk}": (scope, each) for scope, found in parts.items() for each in found
        }
        whole = [(FollowScope.ORGANIZATION, "All tickets"), (FollowScope.SEVERE, "High and Critical tickets")]
        groups = [
            (scope.label, [(f"{scope}:{each.pk}", str(each)) for each in found])
            for scope, found in parts.items()
        ]
        self.fields["part"].choices = [*whole, *groups]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return the choice as arguments of the action."""
        part = self.cleaned_data["part"]
        if part in self.targets:
            scope, target = self.targets[part]
            return {"scope": scope, "target": target}
        return {"scope": FollowScope(part)}
