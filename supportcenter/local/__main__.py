"""`python -m supportcenter.local <name>`: what the Makefile calls."""

import importlib
import sys

# Each is a module of this package with a `main()`; only the one that is asked for is imported.
COMMANDS = {
    "run": "supervise",
    "prepare": "prepare",
    "servers": "servers",
    "check": "check",
    "chromium": "chromium",
    "clean": "clean",
    "vendor": "vendor",
    "docs": "docs",
    "screenshots": "screenshots",
    "bench": "bench",
    "sink": "sink",
}


def main(arguments: list[str]) -> int:
    """Run one command; its own arguments stay in `sys.argv`."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m supportcenter.local {{{','.join(COMMANDS)}}}", file=sys.stderr)
        return 2
    sys.argv = [f"supportcenter.local {arguments[0]}", *arguments[1:]]
    module = importlib.import_module(f"supportcenter.local.{COMMANDS[arguments[0]]}")
    return module.main() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
