"""`python -m supportcenter.local <command>`: the commands behind the Makefile."""

import importlib
import sys

# Each command is a module of this package with a `main()`. Only the one that runs is imported: some need
# Django and its settings, and `run` must start fast.
COMMANDS = {
    "run": "supervise",
    "prepare": "prepare",
    "servers": "servers",
    "check": "check",
    "chromium": "chromium",
    "clean": "clean",
    "vendor": "vendor",
    "docs": "docs",
    "words": "style_words",
    "screenshots": "screenshots",
    "bench": "bench.command",
    "smtp-sink": "smtp_sink",
}


def main(arguments: list[str]) -> int:
    """Run one command, with its own arguments in `sys.argv`."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m supportcenter.local {{{','.join(COMMANDS)}}}", file=sys.stderr)
        return 2
    sys.argv = [f"supportcenter.local {arguments[0]}", *arguments[1:]]
    module = importlib.import_module(f"supportcenter.local.{COMMANDS[arguments[0]]}")
    return module.main() or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
