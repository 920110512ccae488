"""`make bench`: the cost of pages, mail, search and reports, as ratios to something bare in the same run.

Machines are shared and noisy, so only ratios can be compared. Each run starts a site or a database of its own
in a temporary folder and removes it at the end.
"""

import importlib
import os
import sys

import django

from supportcenter.local.bench.site import Site, running_database, running_site


def measure(name: str, site: Site) -> None:
    """Run one benchmark; the modules use models, so they are imported after Django is set up."""
    importlib.import_module(f"supportcenter.local.bench.{name}").measure(site)


def main() -> int:
    """Run the benchmarks `pages`, `mail`, `plans` or `reports`; without arguments, pages and mail.

    Mail goes to the catcher of `make run`; with `sink`, to a server that discards it.
    """
    names = sys.argv[1:] or ["pages", "mail"]
    os.environ |= {"DJANGO_SETTINGS_MODULE": "supportcenter.local.settings", "LOG_LEVEL": "ERROR"}
    if "plans" in names:
        with running_database() as site:
            django.setup()
            measure("plans", site)
        return 0
    with running_site(discards_mail="sink" in names) as site:
        django.setup()
        for name in ("pages", "reports", "mail"):
            if name in names or (name == "mail" and "sink" in names):
                measure(name, site)
    return 0
