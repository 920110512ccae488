"""Products and reasons that every new site starts with, and the first ticket's number."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STARTING_PRODUCTS = [
    ("kafka", "Apache Kafka"),
    ("postgresql", "PostgreSQL"),
    ("mysql", "MySQL"),
    ("opensearch", "OpenSearch"),
    ("clickhouse", "ClickHouse"),
    ("valkey", "Valkey"),
    ("flink", "Apache Flink"),
    ("grafana", "Grafana"),
    ("networking", "Networking and VPC"),
    ("billing", "Billing"),
    ("console", "Console and login"),
    ("terraform", "Terraform, Kubernetes and CLI"),
    ("api", "API"),
]

STARTING_REASONS = [
    ("outage", "Outage"),
    ("performance", "Performance"),
    ("how-to", "How-to question"),
    ("change-request", "Change or limit request"),
    ("maintenance", "Maintenance"),
    ("access", "Access and security"),
    ("billing", "Billing"),
]


def create_choices(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, choices in (("Product", STARTING_PRODUCTS), ("Reason", STARTING_REASONS)):
        model = apps.get_model("tickets", name)
        for position, (code, label) in enumerate(choices):
            model.objects.create(code=code, name=label, position=position)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.RunPython(create_choices, migrations.RunPython.noop),
        migrations.RunSQL("ALTER SEQUENCE tickets_ticket_id_seq RESTART WITH 1001", migrations.RunSQL.noop),
    ]
