"""Form fields for people and files."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from orgs.access import members_with
from orgs.models import Organization, User
from tickets.forms.addresses import split_addresses
from tickets.models.people import MAX_ADDRESSES


class CcField(forms.CharField):
    """Addresses of members of one organization; cleans to users. Errors name each bad address.

    The error is the same whether or not an address belongs to someone in another organization.
    """

    organization: Organization

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="CC",
            help_text="Email addresses separated by a space. They must be the addresses people log in with.",
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            **kwargs,
        )

    def limit_to(self, organization: Organization) -> None:
        """Accept and suggest only people of this organization."""
        self.organization = organization
        url = reverse("orgs:people", args=[organization.slug])
        self.widget.attrs |= {"data-options": url, "data-completes": "word"}

    def clean(self, value: str) -> list[User]:
        addresses = split_addresses(super().clean(value))
        if len(addresses) > MAX_ADDRESSES:
            raise forms.ValidationError(f"Enter at most {MAX_ADDRESSES} addresses.")
        found = {user.email: user for user in members_with(self.organization, addresses)}
        errors = [
            forms.ValidationError(
                f"“{address}” is not the login address of a member of {self.organization.name}."
            )
            for address in addresses
            if address not in found
        ]
        if errors:
            raise forms.ValidationError(errors)
        return [found[address] for address in addresses]


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "multiple": True,
                "data-max-mb": settings.MAX_FILE_MB,
                "data-max-files": settings.MAX_FILES,
                "data-max-total-mb": settings.MAX_REQUEST_MB,
            }
        )

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(
            name, value, {"data-upload-url": reverse("tickets:uploads"), **(attrs or {})}
        )


class FilesField(forms.FileField):
    """Any number of files; cleans to a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Files", required=False, widget=FilesInput(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [each for each in data or [] if each]


def too_large(files: Sequence[UploadedFile]) -> list[UploadedFile]:
    """Return the files over the limit for one file."""
    return [each for each in files if (each.size or 0) > settings.MAX_FILE_MB * 1024 * 1024]
