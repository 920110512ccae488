"""Fixtures of every test: the cast, clients signed in as them, and the outbox run by hand."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from hypothesis import settings

from notifications.delivery import deliver_due
from supportcenter.outbox.dispatch import dispatch_due
from tests.cast import Cast, make_cast

# A slow machine is no bug: what must be fast is measured by ratio and by queries (tests/bench).
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

RunOutbox = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of the documentation, in Acme, Globex and Hobby."""
    return make_cast()


@pytest.fixture
def client_of(client: Client) -> Callable:
    """A client signed in as somebody."""

    def signed_in(user) -> Client:
        one = Client()
        one.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return one

    return signed_in


@pytest.fixture
def run_outbox(db: None) -> RunOutbox:
    """Do what the workers do: run subscribers, then send; returns all mails sent so far."""

    def run() -> list[EmailMultiAlternatives]:
        dispatch_due()
        deliver_due()
        return mail.outbox

    return run


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Rate limits of one test must not reach the next."""
    cache.clear()
