"""``manage.py receive_mail``: read one mail from standard input, for a mail server's alias or pipe."""

import sys
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from notifications.actions.tracking import record_dsn
from notifications.inbound import dsn

logger = structlog.get_logger(__name__)

# From sysexits.h, as mail servers understand them: no such mailbox; try again later.
NO_USER = 67
TEMPORARY = 75
MAX_BYTES = 25 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Read one message from standard input: accept delivery status notifications, refuse everything else."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        report = dsn.read(sys.stdin.buffer.read(MAX_BYTES))
        if report is None:
            raise CommandError("This address accepts delivery reports only.", returncode=NO_USER)
        try:
            mail = record_dsn(report)
        except (InterfaceError, OperationalError) as error:
            raise CommandError("The database cannot be reached.", returncode=TEMPORARY) from error
        # A report about a mail that is not ours is dropped: refusing it would cause another report.
        logger.info("dsn_received", mail=str(mail.pk) if mail else None, action=report.action)
