from django.contrib import admin

from orgs.admin import DeskAdmin
from tickets import models


@admin.register(models.Product, models.Reason)
class ChoiceAdmin(DeskAdmin):
    list_display = ["name", "code", "position", "is_retired"]
