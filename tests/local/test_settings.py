"""The settings of `make run` are the only ones with the demo data and the development mailbox."""

from pathlib import Path

import pytest
from django.conf import settings as tests_settings
from django.urls import NoReverseMatch, reverse

from supportcenter.local import settings as local_settings
from supportcenter.local.environment import settings as environment_of_run
from supportcenter.local.layout import Layout

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_in_make_run(settings, tmp_path):
    settings.ROOT_URLCONF = local_settings.ROOT_URLCONF
    settings.DEV_MAILBOX = tmp_path / "mail"


def test_make_run_uses_them():
    values = environment_of_run(
        Layout(Path("/srv/var")), {"DJANGO_SETTINGS_MODULE": "supportcenter.settings"}
    )
    assert values["DJANGO_SETTINGS_MODULE"] == local_settings.__name__


def test_only_they_install_the_app():
    assert [*tests_settings.INSTALLED_APPS, "supportcenter.local"] == local_settings.INSTALLED_APPS


def test_mailbox_is_public_there(client, as_in_make_run):
    assert client.get(reverse("local:mails")).status_code == 200


def test_all_other_addresses_are_the_same(client, as_in_make_run):
    assert client.get("/healthz").status_code == 200
    assert client.get("/dev/none/").templates[0].name == "404.html"


def test_the_site_itself_has_no_mailbox(client):
    assert client.get("/dev/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("local:mails")
