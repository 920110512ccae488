"""`make bench`: the cost of pages, mail, search and reports, as multiples of something bare in the same run.

Machines are shared and noisy, so only ratios can be compared. Each run starts a site or a database of its own
in a temporary folder and removes it at the end.
"""

import importlib
import os
import subprocess
import sys

import django

from supportcenter.local.bench.site import LOCAL, Site, running_database, running_site
from supportcenter.local.layout import CHECKOUT

# Benchmarks that start what they need beside the database themselves.
ON_A_DATABASE = ("pages", "plans")


def measure(name: str, site: Site) -> None:
    """Run one benchmark; the modules use models, so they are imported after Django is set up."""
    importlib.import_module(f"supportcenter.local.bench.{name}").measure(site)


def main() -> int:
    """Run the benchmarks `pages`, `mail`, `plans` or `reports`; without arguments, pages and mail.

    Mail goes to the catcher of `make run`; with `sink`, to a server that discards it.
    """
    names = sys.argv[1:] or ["pages", "mail"]
    os.environ |= {"DJANGO_SETTINGS_MODULE": "supportcenter.local.settings", "LOG_LEVEL": "ERROR"}
    if alone := [name for name in ON_A_DATABASE if name in names]:
        if names != alone[:1]:
            return run_apart(alone, [name for name in names if name not in alone])
        with running_database() as site:
            django.setup()
            measure(alone[0], site)
        return 0
    with running_site(discards_mail="sink" in names) as site:
        django.setup()
        for name in ("reports", "mail"):
            if name in names or (name == "mail" and "sink" in names):
                measure(name, site)
    return 0


def run_apart(alone: list[str], others: list[str]) -> int:
    """Run benchmarks that need servers of their own as processes of their own, then all others together."""
    parts = [*([name] for name in alone), *([others] if others else [])]
    codes = [subprocess.run([*LOCAL, "bench", *part], cwd=CHECKOUT, check=False).returncode for part in parts]
    return max(codes)
