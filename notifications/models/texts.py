from django.db import models


class TextKind(models.TextChoices):
    """Mails whose frame staff can word; those about logins stay as they are."""

    TICKET_UPDATE = "ticket_update", "News of a ticket"
    DIGEST = "digest", "Digest"
    TIER_CHANGE = "tier_change", "Change of the support tier"
    INVOICE_ISSUED = "invoice_issued", "Invoice"
    MEMBER_INVITED = "member_invited", "Invitation"


class MailText(models.Model):
    """What stands above and below the mails of a kind, as plain text with placeholders."""

    kind = models.CharField(max_length=20, choices=TextKind, unique=True)
    intro = models.TextField(blank=True)
    closing = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.get_kind_display()
