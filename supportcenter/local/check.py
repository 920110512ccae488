"""`make check`: everything that reads the code without running it, two steps at a time.

All steps run even when one fails; a failed step shows what it said. Needs no server.
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
# A site as it would be in production, so that Django's deploy check has something to look at.
PRODUCTION = {
    "ENV_FILE": "/nonexistent",
    "DEBUG": "False",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "SITE_URL": "https://support.example.com",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "EMAIL_URL": "smtp://127.0.0.1:9",
}
# The slowest first, so that the others run beside it.
STEPS: dict[str, list[str]] = {
    "types": [*PYTHON, "mypy", "supportcenter", "orgs", "billing", "tickets", "notifications"],
    "deploy check": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "docs": [*PYTHON, "supportcenter.local", "docs", "--check"],
    "imports": [str(SCRIPTS / "lint-imports"), "--no-logo"],
    "lint": [*PYTHON, "ruff", "check"],
    "format": [*PYTHON, "ruff", "format", "--check"],
    "templates": [str(SCRIPTS / "djade"), "--target-version", "5.2", "--check"],
}


def templates() -> list[str]:
    """All Django templates; djade wants files, not folders."""
    return sorted(str(path) for path in (CHECKOUT / "templates").rglob("*.html"))


def run(name: str) -> bool:
    """Run one step and tell how it went in one line, with its output if it failed."""
    argv = STEPS[name] + (templates() if name == "templates" else [])
    began = time.monotonic()
    environ = {**os.environ, **PRODUCTION}
    done = subprocess.run(argv, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)
    word = "FAILED" if done.returncode else "ok"
    output = f"\n{done.stdout}{done.stderr}".rstrip() if done.returncode else ""
    print(f"{word:<7}{name:<14}{time.monotonic() - began:5.1f} s{output}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run all steps; 1 if one of them failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, STEPS))
    return 0 if all(results) else 1
