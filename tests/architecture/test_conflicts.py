"""What people get when a rule refuses a change that no view handles."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from supportcenter import urls
from supportcenter.errors import RuleViolation

HERE = "http://testserver/o/acme/tickets/"


def refused(request: HttpRequest) -> HttpResponse:
    raise RuleViolation("gone", "Someone removed “<b>” in the meantime.")


class Urls:
    urlpatterns = [path("refused/", refused), *urls.urlpatterns]


@pytest.fixture
def ben(cast, client_of, settings):
    settings.ROOT_URLCONF = Urls
    return client_of(cast.ben)


def test_a_refused_change_is_a_page_that_says_why_and_leads_back(ben):
    response = ben.post("/refused/", headers={"Referer": HERE})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Someone removed “&lt;b&gt;” in the meantime." in page
    assert 'href="/o/acme/tickets/"' in page
    assert "data-failed" in page  # drafts.js keeps what was typed
    assert response.headers["X-Request-ID"] in page


def test_the_page_never_leads_to_another_site(ben):
    response = ben.post("/refused/", headers={"Referer": "https://evil.example/o/acme/"})
    assert 'href="/">Go back' in response.content.decode()


def test_a_refused_change_is_plain_text_for_a_toast_with_htmx(ben):
    response = ben.post("/refused/", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response.content.decode() == "Someone removed “<b>” in the meantime."
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_boosted_link_gets_the_page(ben):
    response = ben.post("/refused/", headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert "<!doctype html>" in response.content.decode()
