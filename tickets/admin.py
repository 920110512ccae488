from django.contrib import admin

from orgs.admin import SettingsAdmin
from tickets.models.catalog import Product, Reason


@admin.register(Product, Reason)
class ChoiceAdmin(SettingsAdmin):
    list_display = ["name", "code", "position", "is_retired"]
