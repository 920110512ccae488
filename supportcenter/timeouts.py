"""A limit for what a page may ask of the database."""

from typing import Any


def limit_statements(database: dict[str, Any], seconds: int) -> None:
    """Let PostgreSQL cancel statements of new connections after some seconds; 0 is no limit."""
    options = database.setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c statement_timeout={seconds}s".strip()
