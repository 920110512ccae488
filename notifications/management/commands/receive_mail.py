"""``manage.py receive_mail``: one mail from standard input, for the alias or pipe of a mail server."""

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
MOST_BYTES = 25 * 1024 * 1024


class Command(BaseCommand):
    help = "Reads one mail from standard input. Takes delivery status notifications, refuses all other mail."

    def handle(self, *args: Any, **options: Any) -> None:
        told = dsn.read(sys.stdin.buffer.read(MOST_BYTES))
        if told is None:
            raise CommandError("This address takes delivery reports only.", returncode=NO_USER)
        try:
            mail = record_dsn(told)
        except (InterfaceError, OperationalError) as error:
            raise CommandError("The database cannot be reached.", returncode=TEMPORARY) from error
        # A report on a mail that is not ours is dropped: refusing it would make a report on a report.
        logger.info("dsn_received", mail=str(mail.pk) if mail else None, action=told.action)
