"""Fixtures of every test: the cast, clients signed in as them, the outbox run by hand, the running site."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.backends.jinja2 import Template
from django.test import Client
from django.test.signals import template_rendered
from hypothesis import settings

from notifications import delivery
from notifications.delivery import deliver_due
from supportcenter import optional_cache
from supportcenter.outbox import dispatch
from supportcenter.outbox.dispatch import dispatch_due
from tests.cast import Cast, make_cast
from tests.site import Site
from tests.waiting import LIMIT_SECONDS
from tickets.bulk import actions as bulk

# What must be fast is measured by counts and ratios, not by the clock.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

RunOutbox = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast of docs/development.md, in Acme, Globex and Hobby."""
    return make_cast()


@pytest.fixture
def client_of(client: Client) -> Callable:
    """A client signed in as someone."""

    def signed_in(user) -> Client:
        one = Client()
        one.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return one

    return signed_in


@pytest.fixture
def run_outbox(db: None) -> RunOutbox:
    """Do what the workers do: run subscribers, then send. Returns all mails sent so far."""

    def run() -> list[EmailMultiAlternatives]:
        dispatch_due()
        deliver_due()
        return mail.outbox

    return run


@pytest.fixture(scope="session")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The one site of a test run. Tests that use it belong to the xdist group "site"."""
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        yield site
    finally:
        assert site.end() == 0, site.log[-3000:]


@pytest.fixture(autouse=True, scope="session")
def _contexts_of_responses() -> Iterator[None]:
    """Give the responses of test clients the ``context`` of Jinja2 templates too."""
    render = Template.render

    def recorded(template: Template, context: dict | None = None, request: HttpRequest | None = None) -> str:
        context = {} if context is None else context
        text = render(template, context, request)
        template_rendered.send(sender=template, template=template.template, context=context)
        return text

    Template.render = recorded
    yield
    Template.render = render


@pytest.fixture(autouse=True)
def _fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits of one test must not affect the next."""
    monkeypatch.setattr(optional_cache, "_asks_again_at", 0.0)
    cache.clear()


@pytest.fixture(autouse=True)
def _no_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers stop after a second or two and leave the rest to others. In tests one call does everything."""
    monkeypatch.setattr(bulk, "SLICE", LIMIT_SECONDS)
    monkeypatch.setattr(dispatch, "SLICE", LIMIT_SECONDS)
    monkeypatch.setattr(delivery, "MAX_SECONDS", LIMIT_SECONDS)
    monkeypatch.setattr(delivery, "CLAIM_LASTS", timedelta(seconds=LIMIT_SECONDS))
