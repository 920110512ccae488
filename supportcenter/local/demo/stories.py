"""All the demo's tickets, product by product."""

from supportcenter.local.demo.stories_billing import BILLING
from supportcenter.local.demo.stories_clickhouse import CLICKHOUSE
from supportcenter.local.demo.stories_console import CONSOLE
from supportcenter.local.demo.stories_flink import FLINK
from supportcenter.local.demo.stories_grafana import GRAFANA
from supportcenter.local.demo.stories_kafka import KAFKA
from supportcenter.local.demo.stories_mysql import MYSQL
from supportcenter.local.demo.stories_networking import NETWORKING
from supportcenter.local.demo.stories_opensearch import OPENSEARCH
from supportcenter.local.demo.stories_postgres import POSTGRES
from supportcenter.local.demo.stories_postgres_use import POSTGRES_USE
from supportcenter.local.demo.stories_terraform import TERRAFORM
from supportcenter.local.demo.stories_valkey import VALKEY
from supportcenter.local.demo.story import PLACEHOLDERS, Story, Turn

__all__ = ["PLACEHOLDERS", "STORIES", "Story", "Turn"]

STORIES: tuple[Story, ...] = (
    *KAFKA,
    *POSTGRES,
    *POSTGRES_USE,
    *MYSQL,
    *OPENSEARCH,
    *CLICKHOUSE,
    *VALKEY,
    *FLINK,
    *GRAFANA,
    *NETWORKING,
    *BILLING,
    *CONSOLE,
    *TERRAFORM,
)
