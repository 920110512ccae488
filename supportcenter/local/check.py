"""`make check`: all checks that need no server, two at a time.

All of them run even when one fails; the output of a failed one is shown.
"""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from supportcenter.local.layout import CHECKOUT

PYTHON = [sys.executable, "-m"]
SCRIPTS = Path(sys.executable).parent
MANAGE = [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py"]
# The settings of a production site, for Django's deploy check.
PRODUCTION = {
    "ENV_FILE": "/nonexistent",
    "DEBUG": "False",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "SITE_URL": "https://support.example.com",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "EMAIL_URL": "smtp://127.0.0.1:9",
}
# The slowest comes first, so that the others run beside it.
CHECKS: dict[str, list[str]] = {
    "types": [*PYTHON, "mypy", "supportcenter", "orgs", "billing", "tickets", "notifications"],
    "deploy check": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "docs": [*PYTHON, "supportcenter.local", "docs", "--check"],
    "words": [*PYTHON, "supportcenter.local", "words"],
    "imports": [str(SCRIPTS / "lint-imports"), "--no-logo"],
    "lint": [*PYTHON, "ruff", "check"],
    "format": [*PYTHON, "ruff", "format", "--check"],
}


def run(name: str) -> bool:
    """Run one check and print the result in one line, with its output if it failed."""
    began = time.monotonic()
    environ = {**os.environ, **PRODUCTION}
    done = subprocess.run(
        CHECKS[name], cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False
    )
    result = "FAILED" if done.returncode else "ok"
    output = f"\n{done.stdout}{done.stderr}".rstrip() if done.returncode else ""
    print(f"{result:<7}{name:<14}{time.monotonic() - began:5.1f} s{output}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run all checks; return 1 if one of them failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, CHECKS))
    return 0 if all(results) else 1
