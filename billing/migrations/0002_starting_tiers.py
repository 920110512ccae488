"""The example calendars and tiers of a new site."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from billing.calendars import dump_week
from billing.tiers import STARTING_CALENDARS, STARTING_TIERS


def create_tiers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    tier_model = apps.get_model("billing", "SupportTier")
    target_model = apps.get_model("billing", "SlaTarget")
    calendars = {}
    for code, name, week, observes in STARTING_CALENDARS:
        calendar = apps.get_model("billing", "SupportCalendar").objects.create(code=code, name=name)
        calendar.versions.create(week=dump_week(week), observes_holidays=observes)
        calendars[code] = calendar
    for position, values in enumerate(STARTING_TIERS):
        fields = {name: value for name, value in values.items() if name not in {"minutes", "business_days"}}
        fields["calendar"] = calendars[values["calendar"]]
        tier = tier_model.objects.create(position=position, **fields)
        for unit in ("minutes", "business_days"):
            for severity, amount in values.get(unit, {}).items():
                target_model.objects.create(tier=tier, severity=severity, **{unit: amount})


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunPython(create_tiers, migrations.RunPython.noop)]
