import re

import pytest
from django.core import mail

from notifications.models.messages import EmailMessage
from tests.cast import person

LOGIN = "/account/login/"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def zoe(db):
    user = person("zoe@acme.example", "Zoe")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(client, email="zoe@acme.example", password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": email, "password": password}, headers=headers)


def test_sign_in_with_the_address_in_any_case(client, zoe):
    assert sign_in(client, "ZOE@acme.example").url == "/"


@pytest.mark.parametrize("email", ["zoe@acme.example", "nobody@acme.example"])
def test_wrong_password_and_unknown_address_get_the_same_answer(client, zoe, email):
    response = sign_in(client, email, "wrong")
    assert response.status_code == 200
    assert "The email address and/or password you specified are not correct." in response.content.decode()


def test_every_page_leads_to_the_login_first(client, db):
    assert client.get("/o/acme/tickets/").url == f"{LOGIN}?next=/o/acme/tickets/"


def test_next_leads_nowhere_else(client, zoe):
    response = client.post(
        f"{LOGIN}?next=https://evil.example/", {"login": "zoe@acme.example", "password": PASSWORD}
    )
    assert response.url == "/"


def test_too_many_tries_are_slowed_down(client, zoe):
    pages = [sign_in(client, password="wrong").content.decode() for _ in range(12)]
    assert "Too many failed login attempts" in pages[-1]


def test_session_changes_at_sign_in(client, zoe):
    client.get(LOGIN)
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_reset_is_mailed_through_the_same_rows_and_works(client, zoe, run_outbox):
    client.post("/account/password/reset/", {"email": "zoe@acme.example"})
    assert EmailMessage.objects.get().kind == "account"
    [sent] = run_outbox()
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", sent.body)[1]
    form = client.get(link, follow=True)
    new = "another horse battery staple"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(client, password=new).url == "/"


def test_reset_of_an_unknown_address_looks_the_same(client, zoe):
    known = client.post("/account/password/reset/", {"email": "zoe@acme.example"})
    unknown = client.post("/account/password/reset/", {"email": "nobody@acme.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_mail_with_a_link_is_forgotten_once_sent(client, zoe, run_outbox):
    client.post("/account/password/reset/", {"email": "zoe@acme.example"})
    run_outbox()
    assert EmailMessage.objects.get().content == {}
    assert len(mail.outbox) == 1


def test_flood_from_one_address_gets_the_page_for_it(client, db):
    for number in range(30):
        sign_in(client, f"p{number}@acme.example", "wrong")
    response = sign_in(client, "p31@acme.example", "wrong")
    assert response.status_code == 429
    assert "Too many" in response.content.decode()


def test_reset_of_two_addresses_at_once_is_refused(client, zoe, run_outbox):
    client.post("/account/password/reset/", {"email": ["zoe@acme.example", "evil@evil.example"]})
    client.post("/account/password/reset/", {"email": "zoe@acme.example,evil@evil.example"})
    assert {mail.to[0] for mail in run_outbox()} <= {"zoe@acme.example"}
