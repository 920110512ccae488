from collections.abc import Callable

import pytest

from orgs.actions.members import change_member, remove_member
from orgs.models import AuditEntry, Membership, OrganizationalUnit, User
from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor, make_cast, member
from tests.races import at_once
from tickets.models.following import Follow


def membership(user) -> Membership:
    return Membership.objects.get(user=user)


def change(cast, user, **values) -> Membership:
    row = membership(user)
    wanted = {"role": row.role, "unit": row.unit} | values
    return change_member(actor=actor(cast.ada), membership=row, **wanted)


def page(user) -> str:
    return f"/o/acme/admin/members/{membership(user).pk}/"


def test_role_and_unit_are_changed_on_the_page(cast, client_of):
    us = OrganizationalUnit.objects.get(name="US")
    client_of(cast.ada).post(page(cast.ben), {"role": "billing", "unit": us.pk})
    changed = membership(cast.ben)
    assert (changed.role, changed.unit) == ("billing", us)


def test_change_is_in_the_audit_log_with_before_and_after(cast):
    change(cast, cast.ben, role="billing")
    entry = AuditEntry.objects.get()
    assert entry.summary == "Changed Ben Okafor: role from Member to Billing contact"
    assert (entry.before, entry.after) == ({"role": "Member"}, {"role": "Billing contact"})
    assert (entry.actor, entry.area, entry.event) == (cast.ada, "people", "member.role_changed")


def test_change_of_the_unit_alone_is_no_change_of_the_role(cast):
    change(cast, cast.ben, unit=None)
    entry = AuditEntry.objects.get()
    assert entry.event == "member.unit_changed"
    assert (entry.before, entry.after) == ({"unit": "EU"}, {"unit": "no unit"})


def test_saving_without_a_change_records_nothing(cast):
    change(cast, cast.ben)
    assert not AuditEntry.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_new_admin_sees_all_tickets_with_the_next_request(cast, client_of):
    ticket = builders.ticket(cast.ben, cast.acme)
    cleo = client_of(cast.cleo)
    assert cleo.get(ticket.get_absolute_url()).status_code == 404
    change(cast, cast.cleo, role="admin")
    assert cleo.get(ticket.get_absolute_url()).status_code == 200


def test_unit_of_another_organization_is_refused_on_the_page_and_by_the_action(cast, client_of):
    foreign = cast.globex.units.get()
    response = client_of(cast.ada).post(page(cast.ben), {"role": "member", "unit": foreign.pk})
    assert response.status_code == 422
    with pytest.raises(RuleViolation) as refused:
        change(cast, cast.ben, unit=foreign)
    assert refused.value.code == "unit_elsewhere"


def test_last_admin_is_not_demoted(cast, client_of):
    response = client_of(cast.ada).post(page(cast.ada), {"role": "member"})
    assert response.status_code == 422
    assert "the only organization admin" in response.content.decode()
    assert membership(cast.ada).role == "admin"


def test_last_admin_is_not_removed(cast, client_of):
    response = client_of(cast.ada).post(f"{page(cast.ada)}removal/", follow=True)
    assert "Make someone else an admin first" in response.content.decode()
    assert membership(cast.ada).role == "admin"


def test_admin_who_cannot_sign_in_does_not_count(cast):
    change(cast, cast.ben, role="admin")
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    with pytest.raises(RuleViolation, match="only organization admin"):
        remove_member(actor=actor(cast.ada), membership=membership(cast.ada))


def test_removed_member_loses_everything_with_the_next_request(cast, client_of):
    ticket = builders.ticket(cast.ben, cast.acme)
    ben = client_of(cast.ben)
    pages = [ticket.get_absolute_url(), "/o/acme/tickets/", "/o/acme/tickets/new/", "/o/acme/people/"]
    assert [ben.get(each).status_code for each in pages] == [200] * 4
    client_of(cast.ada).post(f"{page(cast.ben)}removal/")
    assert [ben.get(each).status_code for each in pages] == [404] * 4


def test_removed_member_gets_no_mail_that_was_still_waiting(cast, run_outbox):
    ticket = builders.ticket(cast.ben, cast.acme)
    builders.comment(cast.fay, ticket)
    remove_member(actor=actor(cast.ada), membership=membership(cast.ben))
    assert cast.ben.email not in [address for mail in run_outbox() for address in mail.to]


def test_removal_is_in_the_audit_log_and_names_the_person_forever(cast):
    remove_member(actor=actor(cast.ada), membership=membership(cast.ben))
    entry = AuditEntry.objects.get()
    assert (entry.summary, entry.event) == ("Removed Ben Okafor", "member.removed")
    assert entry.before == {"email": "ben@acme.example", "role": "Member", "unit": "EU"}


def test_removing_twice_says_so(cast):
    row = membership(cast.ben)
    remove_member(actor=actor(cast.ada), membership=row)
    with pytest.raises(RuleViolation, match="no longer a member"):
        remove_member(actor=actor(cast.ada), membership=row)


def test_admin_who_leaves_goes_home(cast, client_of):
    change(cast, cast.ben, role="admin")
    assert client_of(cast.ada).post(f"{page(cast.ada)}removal/").url == "/"
    assert client_of(cast.ben).post(page(cast.dov), {"role": "admin"}).url == "/o/acme/admin/members/"


@pytest.mark.parametrize("lost", ["role", "membership"])
def test_following_ends_with_the_right_and_does_not_come_back_with_it(cast, run_outbox, lost):
    change(cast, cast.ben, role="admin")
    Follow.objects.create(user=cast.ben, organization=cast.acme)
    Follow.objects.create(user=cast.ada, organization=cast.acme)
    if lost == "role":
        change(cast, cast.ben, role="member")
    else:
        remove_member(actor=actor(cast.ada), membership=membership(cast.ben))
    run_outbox()
    assert [each.user for each in Follow.objects.all()] == [cast.ada]


def test_following_stays_for_who_has_the_role_again_when_the_event_is_heard(cast, run_outbox):
    change(cast, cast.ben, role="admin")
    Follow.objects.create(user=cast.ben, organization=cast.acme)
    change(cast, cast.ben, role="member")
    change(cast, cast.ben, role="admin")
    run_outbox()
    assert Follow.objects.get().user == cast.ben


def test_pages_of_members_of_another_organization_are_404(cast, client_of):
    eve, ada = membership(cast.eve), client_of(cast.ada)
    theirs = f"/o/acme/admin/members/{eve.pk}/"
    assert ada.get(theirs).status_code == 404
    assert ada.post(theirs, {"role": "member"}).status_code == 404
    assert ada.post(f"{theirs}removal/").status_code == 404
    assert membership(cast.eve).role == "admin"


def test_list_of_members_costs_the_same_with_thirty(cast, client_of, django_assert_num_queries):
    ada = client_of(cast.ada)
    for number in range(30):
        member(cast.acme, f"m{number}@acme.example", f"Member {number}", "member")
    with django_assert_num_queries(6):  # session, person, roles; organization, members, invitations
        ada.get("/o/acme/admin/members/")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("action", ["demote", "remove"])
def test_two_admins_cannot_end_each_other_at_the_same_time(action):
    cast = make_cast()
    Membership.objects.filter(user=cast.ben).update(role="admin")

    def strike(by: User, at: User) -> Callable[[], object]:
        row, doer = membership(at), actor(by)
        if action == "remove":
            return lambda: remove_member(actor=doer, membership=row)
        return lambda: change_member(actor=doer, membership=row, role="member", unit=None)

    results = at_once(strike(cast.ada, cast.ben), strike(cast.ben, cast.ada))
    assert results.count("last_admin") == 1
    assert cast.acme.memberships.filter(role="admin").count() == 1
