"""Sign-in, sign-up and their mails."""

from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from notifications import nudge
from notifications.lanes import lane_of
from notifications.models.messages import EmailMessage
from orgs.access import invited_address
from orgs.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Allow sign-up by invitation only, and send mails through the same rows and workers as all others."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return invited_address(request.session.get("invitation")) is not None

    def clean_email(self, email: str) -> str:
        """Require the address that the invitation was sent to."""
        email = super().clean_email(email)
        invited = invited_address(context.request.session.get("invitation"))
        if invited not in {None, email}:
            raise ValidationError(f"This invitation is for {invited}. Use that address.")
        return email

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = SimpleNamespace(name=settings.SITE_NAME, domain=settings.ALLOWED_HOSTS[0])
        message = self.render_mail(template_prefix, email, {"email": email, "current_site": site} | context)
        EmailMessage.objects.create(
            kind="account",
            lane=lane_of("account"),
            recipient=User.objects.filter(email=email).first(),
            to_address=email,
            content={"subject": message.subject, "text": str(message.body)},
        )
        nudge.deliver_urgent.send_on_commit()
