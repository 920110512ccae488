import re
from datetime import timedelta

import pytest
from django.utils import timezone

from orgs.actions import accept_invitation, invite_member
from orgs.invitations import id_from, token_for
from orgs.models import Invitation, Membership, User
from supportcenter.errors import RuleViolation
from tests.cast import actor, person

PASSWORD = "correct horse battery staple"


@pytest.fixture
def invitation(cast):
    return invite_member(
        actor=actor(cast.ada), organization=cast.acme, email="Zoe@Acme.Example", role="member"
    )


def test_invitation_is_mailed_with_its_link(invitation, run_outbox):
    [mail] = run_outbox()
    assert mail.to == ["zoe@acme.example"]
    assert f"http://testserver/invitations/{token_for(invitation.pk)}/" in mail.body
    assert "Ada Lindqvist invites you" in mail.body


def test_invited_person_makes_a_login_and_is_a_member(cast, client, invitation):
    page = f"/invitations/{token_for(invitation.pk)}/"
    assert "Create your login" in client.get(page).content.decode()
    assert client.post(page).url == "/account/signup/?email=zoe%40acme.example"
    response = client.post(
        "/account/signup/", {"email": "zoe@acme.example", "name": "Zoe Quist", "password1": PASSWORD}
    )
    assert response.status_code == 302
    membership = Membership.objects.get(user__email="zoe@acme.example")
    assert (membership.organization, membership.role, membership.user.name) == (
        cast.acme,
        "member",
        "Zoe Quist",
    )


def test_sign_up_under_another_address_is_refused(client, invitation):
    client.post(f"/invitations/{token_for(invitation.pk)}/")
    data = {"email": "eva@evil.example", "name": "Eva", "password1": PASSWORD}
    response = client.post("/account/signup/", data)
    assert "The invitation is for zoe@acme.example" in response.content.decode()
    assert not User.objects.filter(email="eva@evil.example").exists()
    assert not Membership.objects.filter(user__name="Eva").exists()


def test_sign_up_without_an_invitation_is_closed(client, db):
    response = client.post("/account/signup/", {"email": "x@y.example", "name": "X", "password1": PASSWORD})
    assert not User.objects.exists()
    assert "invitation" in response.content.decode()


def test_existing_login_just_accepts(cast, client_of, invitation):
    zoe = person("zoe@acme.example", "Zoe")
    assert client_of(zoe).post(f"/invitations/{token_for(invitation.pk)}/").status_code == 302
    assert Membership.objects.filter(user=zoe, organization=cast.acme).exists()


def test_somebody_else_cannot_accept(cast, client_of, invitation):
    response = client_of(cast.eve).post(f"/invitations/{token_for(invitation.pk)}/")
    assert response.status_code == 422
    assert not Membership.objects.filter(user=cast.eve, organization=cast.acme).exists()


def test_invitation_works_once(cast, invitation):
    zoe = person("zoe@acme.example", "Zoe")
    accept_invitation(user=zoe, invitation_id=invitation.pk)
    with pytest.raises(RuleViolation, match="no longer valid"):
        accept_invitation(user=zoe, invitation_id=invitation.pk)


def test_expired_invitation_is_gone(client, invitation):
    Invitation.objects.update(
        invited_at=timezone.now() - timedelta(days=8), expires_at=timezone.now() - timedelta(seconds=1)
    )
    response = client.get(f"/invitations/{token_for(invitation.pk)}/")
    assert response.status_code == 410
    assert "used or has expired" in response.content.decode()


@pytest.mark.parametrize("token", ["1", "1:forged", ":", "%20", "*", "abc"])
def test_forged_links_are_404(client, invitation, token):
    assert client.get(f"/invitations/{token}/").status_code == 404


def test_link_of_another_purpose_is_no_invitation(invitation):
    from django.core.signing import Signer

    assert id_from(Signer().sign(str(invitation.pk))) is None
    assert id_from(token_for(invitation.pk)) == invitation.pk


def test_members_and_pending_are_not_invited_again(cast, invitation):
    for email in ("ben@acme.example", "zoe@acme.example"):
        with pytest.raises(RuleViolation):
            invite_member(actor=actor(cast.ada), organization=cast.acme, email=email, role="member")


def test_mail_of_a_withdrawn_invitation_is_not_sent(invitation, run_outbox):
    Invitation.objects.all().delete()
    assert run_outbox() == []


def test_token_is_in_no_outbox_payload(invitation):
    from supportcenter.outbox.models import OutboxMessage

    assert not re.search(r"[\w-]{20,}", str(OutboxMessage.objects.get().payload))
