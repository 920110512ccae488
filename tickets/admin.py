from django.contrib import admin

from tickets import models


@admin.register(models.Product, models.Reason)
class ChoiceAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "position", "is_retired"]
    list_editable = ["position", "is_retired"]
