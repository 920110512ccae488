"""``manage.py receive_mail``: take a mail from a mail server's alias or pipe, or mails from files."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from notifications.actions.inbound import Result, process, store
from notifications.inbound.reading import Reading, interpret
from notifications.models.inbound import InboundOutcome
from notifications.tasks import process_inbound

# From sysexits.h, as mail servers understand them: no such mailbox; try again later.
NO_USER = 67
TEMPORARY = 75
MAX_BYTES = 50 * 1024 * 1024


class Command(BaseCommand):
    help = "Store a mail from standard input, to be processed by a worker; or mails from files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, metavar="FILE", help="Mails; by default standard input."
        )
        parser.add_argument("--sender", default="", help="The envelope sender.")
        parser.add_argument(
            "--recipient", action="append", default=[], help="An envelope recipient; repeatable."
        )
        parser.add_argument("--now", action="store_true", help="Process at once instead of by a worker.")
        parser.add_argument(
            "--json", action="store_true", help="With --now: print one JSON line for each mail."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        mails = ((str(path), path) for path in files) if files else [("-", None)]
        for name, path in mails:
            raw = path.read_bytes() if path else sys.stdin.buffer.read(MAX_BYTES)
            if not path and not settings.INBOUND_MAIL_DOMAIN and interpret(raw).bounce is None:
                # Nobody looks for it here, so the mail server tells its sender.
                raise CommandError("This address accepts delivery reports only.", returncode=NO_USER)
            try:
                stored = store(raw, sender=options["sender"], recipients=options["recipient"])
                if not options["now"]:
                    process_inbound.delay(str(stored.pk))
                    continue
                result = process(stored)
            except (InterfaceError, OperationalError) as error:
                raise CommandError("The database cannot be reached.", returncode=TEMPORARY) from error
            self.stdout.write(json.dumps(_line(name, result)) if options["json"] else _words(name, result))


def _words(name: str, result: Result) -> str:
    what = InboundOutcome(result.outcome).label
    about = f" on {result.ticket.reference}" if result.ticket else ""
    return f"{name}: {what}{about}. {result.reason}".strip()


def _line(name: str, result: Result) -> dict[str, Any]:
    """Return what the mail says and what became of it, as documented in docs/mail.md."""
    line: dict[str, Any] = {
        "file": name,
        "outcome": result.outcome,
        "reason": result.reason,
        "ticket": result.ticket.reference if result.ticket else None,
        "comment": result.comment.pk if result.comment else None,
    }
    return line | (_said(result.reading) if result.reading else {})


def _said(reading: Reading) -> dict[str, Any]:
    bounce = reading.bounce
    return {
        "author": reading.mail.author_text,
        "subject": reading.mail.subject,
        "text": reading.text,
        "quoted": reading.quoted,
        "attachments": [
            {"name": each.name, "type": each.content_type, "bytes": len(each.data)} for each in reading.files
        ],
        "bounce": {"address": bounce.address, "status": bounce.status, "permanent": bounce.is_permanent}
        if bounce
        else None,
        "automatic": bool(reading.automatic) or bounce is not None,
    }
