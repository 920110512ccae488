from django.contrib import admin
from django.http import HttpRequest

from notifications.models.messages import EmailMessage


@admin.register(EmailMessage)
class EmailMessageAdmin(admin.ModelAdmin):
    """The mail ledger, read-only."""

    list_display = ["to_address", "kind", "ticket", "state", "attempts", "created_at", "sent_at", "detail"]
    list_filter = ["state", "kind"]
    list_select_related = ["ticket"]
    search_fields = ["to_address"]
    exclude = ["content"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EmailMessage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: EmailMessage | None = None) -> bool:
        return False
