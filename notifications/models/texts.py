from django.db import models


class TextKind(models.TextChoices):
    """Kinds of mail whose texts staff can edit; those about sign-in are fixed."""

    TICKET_UPDATE = "ticket_update", "Ticket update"
    DIGEST = "digest", "Digest"
    TIER_CHANGE = "tier_change", "Support tier change"
    INVOICE_ISSUED = "invoice_issued", "Invoice"
    MEMBER_INVITED = "member_invited", "Invitation"


class MailText(models.Model):
    """The texts above and below the mails of a kind: plain text with placeholders."""

    kind = models.CharField(max_length=20, choices=TextKind, unique=True)
    intro = models.TextField(blank=True)
    closing = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.get_kind_display()
