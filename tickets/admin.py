from django.contrib import admin

from orgs.admin import DeskAdmin
from tickets.models.catalog import Product, Reason


@admin.register(Product, Reason)
class ChoiceAdmin(DeskAdmin):
    list_display = ["name", "code", "position", "is_retired"]
