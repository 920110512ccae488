import pytest

from orgs.actions.settings import change_participants_policy, change_visibility
from orgs.models import AuditEntry, Visibility
from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.participants import add_participants

PAGE = "/o/acme/admin/visibility/"


def test_account_team_switches_with_audit_entry_and_event(cast):
    change_visibility(actor=actor(cast.hal), organization=cast.acme, visibility="all")
    cast.acme.refresh_from_db()
    assert cast.acme.visibility == Visibility.ALL
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.area) == (cast.hal, "policy")
    assert (entry.before, entry.after) == (
        {"visibility": "Own and CC'd tickets"},
        {"visibility": "All tickets for every user"},
    )
    assert OutboxMessage.objects.get().name == "organization.visibility_changed"


def test_switching_to_what_it_is_records_nothing(cast):
    change_visibility(actor=actor(cast.hal), organization=cast.acme, visibility="own")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ["ada", "ben", "eve", "fay"])
def test_nobody_but_the_account_team_switches(cast, name):
    with pytest.raises(RuleViolation, match="account team"):
        change_visibility(actor=actor(getattr(cast, name)), organization=cast.acme, visibility="all")


def test_page_says_what_holds_and_whom_to_ask(cast, client_of):
    page = client_of(cast.ada).get(PAGE).content.decode()
    assert "Own and CC&#39;d tickets." in page
    assert "Never changed." in page
    assert "mailto:account-team@support.example" in page


def test_page_says_who_switched_it(cast, client_of):
    change_visibility(actor=actor(cast.hal), organization=cast.acme, visibility="all")
    page = client_of(cast.ada).get(PAGE).content.decode()
    assert "All tickets for every user." in page
    assert "Last changed by Hal Whitfield, account team on" in page


def test_admin_lets_people_in_cc_add_others(cast, client_of):
    ticket = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    with pytest.raises(RuleViolation):
        add_participants(actor=actor(cast.cleo), ticket=ticket, users=[cast.dov], body="Look")
    client_of(cast.ada).post(PAGE, {"participants_may_add": "True"})
    ticket.organization.refresh_from_db()
    assert add_participants(actor=actor(cast.cleo), ticket=ticket, users=[cast.dov], body="Look") == [
        cast.dov
    ]


def test_policy_is_recorded_once(cast, client_of):
    for _ in range(2):
        client_of(cast.ada).post(PAGE, {"participants_may_add": "True"})
    entry = AuditEntry.objects.get()
    assert entry.summary == "Allowed people in CC to add others"
    client_of(cast.ada).post(PAGE, {"participants_may_add": "False"})
    assert AuditEntry.objects.first() != AuditEntry.objects.last()


def test_policy_in_force_is_chosen_on_the_page(cast, client_of):
    change_participants_policy(actor=actor(cast.ada), organization=cast.acme, participants_may_add=True)
    form = client_of(cast.ada).get(PAGE).context["form"]
    assert [each.data["selected"] for each in form["participants_may_add"]] == [False, True]


@pytest.mark.parametrize("name", ["ben", "eve", "hal"])
def test_nobody_but_the_admins_changes_the_policy(cast, name):
    with pytest.raises(RuleViolation, match="organization admins"):
        change_participants_policy(
            actor=actor(getattr(cast, name)), organization=cast.acme, participants_may_add=True
        )
