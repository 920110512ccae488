import re
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from orgs.actions.invitations import accept_invitation, invite_member, resend_invitation, withdraw_invitation
from orgs.invitations import id_from, token_for
from orgs.models import AuditEntry, Invitation, Membership, User
from supportcenter.errors import RuleViolation
from tests.cast import actor, make_cast, person
from tests.races import at_once

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
    assert "Ada Lindqvist invited you" in mail.body


def test_invited_person_makes_a_login_and_is_a_member(cast, client, invitation):
    page = f"/invitations/{token_for(invitation.pk)}/"
    assert "Create account" in client.get(page).content.decode()
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


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_sign_ups_at_once_make_one_account():
    cast = make_cast()
    invitation = invite_member(
        actor=actor(cast.ada), organization=cast.acme, email="zoe@acme.example", role="member"
    )
    sent = {"email": "zoe@acme.example", "name": "Zoe Quist", "password1": PASSWORD}
    clients = [Client(), Client()]
    for each in clients:
        each.post(f"/invitations/{token_for(invitation.pk)}/")
    responses = at_once(*(partial(each.post, "/account/signup/", sent) for each in clients))
    assert [each.status_code for each in responses] == [302, 302]
    assert Membership.objects.filter(user__email="zoe@acme.example").count() == 1


def test_sign_up_under_another_address_is_refused(client, invitation):
    client.post(f"/invitations/{token_for(invitation.pk)}/")
    data = {"email": "eva@evil.example", "name": "Eva", "password1": PASSWORD}
    response = client.post("/account/signup/", data)
    assert "This invitation is for zoe@acme.example" in response.content.decode()
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


def test_someone_else_cannot_accept(cast, client_of, invitation):
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
    assert "has expired or was already used" in response.content.decode()


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


def let_expire(invitation: Invitation) -> None:
    now = timezone.now()
    invitation.invited_at, invitation.expires_at = now - timedelta(days=8), now - timedelta(days=1)
    invitation.save()


def test_invitation_joining_and_withdrawal_are_in_the_audit_log(cast, invitation):
    other = invite_member(actor=actor(cast.ada), organization=cast.acme, email="y@x.example", role="admin")
    withdraw_invitation(actor=actor(cast.ada), invitation=other)
    zoe = person("zoe@acme.example", "Zoe Quist")
    accept_invitation(user=zoe, invitation_id=invitation.pk)
    assert [(each.actor, each.summary) for each in AuditEntry.objects.order_by("pk")] == [
        (cast.ada, "Invited zoe@acme.example as Member"),
        (cast.ada, "Invited y@x.example as Organization admin"),
        (cast.ada, "Withdrew the invitation for y@x.example"),
        (zoe, "Zoe Quist joined as Member"),
    ]


def test_expired_invitation_is_listed_as_expired(cast, client_of, invitation):
    page = "/o/acme/admin/members/"
    ada = client_of(cast.ada)
    assert "Expired" not in ada.get(page).content.decode()
    let_expire(invitation)
    assert "Expired" in ada.get(page).content.decode()


def test_expired_invitation_works_again_once_it_is_resent(cast, client_of, invitation, run_outbox):
    run_outbox()
    let_expire(invitation)
    client_of(cast.ada).post(f"/o/acme/admin/invitations/{invitation.pk}/renewal/")
    mails = run_outbox()
    assert [mail.to for mail in mails] == [["zoe@acme.example"]] * 2
    assert token_for(invitation.pk) in mails[1].body
    zoe = person("zoe@acme.example", "Zoe")
    assert accept_invitation(user=zoe, invitation_id=invitation.pk).role == "member"


def test_resending_restarts_the_seven_days(cast, invitation):
    until = invitation.expires_at
    resent = resend_invitation(actor=actor(cast.ada), invitation=invitation)
    assert resent.expires_at > until


def test_withdrawn_invitation_is_gone_and_its_mail_is_not_sent(
    cast, client_of, client, invitation, run_outbox
):
    client_of(cast.ada).post(f"/o/acme/admin/invitations/{invitation.pk}/withdrawal/")
    assert client.get(f"/invitations/{token_for(invitation.pk)}/").status_code == 410
    assert run_outbox() == []


@pytest.mark.parametrize("change", [resend_invitation, withdraw_invitation])
def test_accepted_invitation_is_neither_resent_nor_withdrawn(cast, client_of, invitation, change):
    accept_invitation(user=person("zoe@acme.example", "Zoe"), invitation_id=invitation.pk)
    with pytest.raises(RuleViolation, match="accepted or withdrawn"):
        change(actor=actor(cast.ada), invitation=invitation)
    for noun in ("renewal", "withdrawal"):
        path = f"/o/acme/admin/invitations/{invitation.pk}/{noun}/"
        assert client_of(cast.ada).post(path).status_code == 404


def test_invitation_of_someone_who_came_another_way_is_not_resent(cast, client_of, invitation):
    zoe = person("zoe@acme.example", "Zoe")
    Membership.objects.create(organization=cast.acme, user=zoe)
    path = f"/o/acme/admin/invitations/{invitation.pk}/renewal/"
    response = client_of(cast.ada).post(path, follow=True)
    assert "zoe@acme.example is already a member." in response.content.decode()


def test_invitation_into_another_organization_is_404(cast, client_of):
    theirs = invite_member(actor=actor(cast.eve), organization=cast.globex, email="q@x.example", role="admin")
    for noun in ("renewal", "withdrawal"):
        path = f"/o/acme/admin/invitations/{theirs.pk}/{noun}/"
        assert client_of(cast.ada).post(path).status_code == 404
    assert Invitation.objects.filter(pk=theirs.pk, accepted_at=None).exists()


def test_accepting_as_a_member_changes_no_role_and_records_no_joining(cast, invitation):
    zoe = person("zoe@acme.example", "Zoe")
    Membership.objects.create(organization=cast.acme, user=zoe, role="admin")
    assert accept_invitation(user=zoe, invitation_id=invitation.pk).role == "admin"
    assert not AuditEntry.objects.filter(event="member.joined").exists()
