"""The sign-up form, for the case that an invitation is used twice at the same time."""

from typing import Any

from allauth.account.forms import SignupForm
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from orgs.models import User
from supportcenter.errors import RuleViolation


class InvitedSignupForm(SignupForm):
    """Create the account and accept the invitation, or nothing."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            with transaction.atomic():
                result: tuple[Any, Any] = super().try_save(request)
                return result
        except (IntegrityError, RuleViolation):
            messages.error(request, "This invitation was used a moment ago. Log in with your email address.")
            return None, redirect("account_login")
