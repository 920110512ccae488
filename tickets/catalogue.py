"""Products and reasons that a new site starts with. Staff edit the lists in the admin."""

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
