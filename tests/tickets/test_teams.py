"""Teams, and who of them gets a ticket."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from orgs.models import AuditEntry, User
from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor, make_cast, staff
from tests.races import at_once
from tickets.actions.assignment import Candidate, assign, assign_to_team, choose
from tickets.models.teams import Availability, Team
from tickets.models.ticket import Ticket
from tickets.settings.actions.availability import set_availability
from tickets.settings.actions.teams import delete_team, save_team

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NINE_TO_FIVE = [[["09:00", "17:00"]]] * 5 + [[], []]


def create_team(cast, assignment_rule="round_robin", **changes):
    values = {
        "name": "Streaming",
        "description": "",
        "assignment_rule": assignment_rule,
        "members": [cast.fay, cast.gus],
    }
    return save_team(actor=actor(cast.gus), team=None, **values | changes)


def give(cast, team, ticket=None):
    ticket = ticket or builders.ticket(cast.ben, cast.acme)
    return assign_to_team(actor=actor(cast.gus), ticket=ticket, team=team).assignee


def away(user, *, days=0):
    today = timezone.localdate()
    Availability.objects.update_or_create(
        user=user, defaults={"away_from": today, "away_until": today + timedelta(days=days)}
    )


candidates = st.lists(
    st.builds(
        Candidate,
        st.integers(1, 50),
        st.integers(0, 5),
        st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    ),
    unique_by=lambda each: each.user_id,
    max_size=8,
)


@given(candidates)
def test_in_turn_nobody_waited_longer_than_who_is_chosen(here):
    chosen = choose("round_robin", here)
    assert (chosen is None) is (not here)
    times = [each.last_assigned_at for each in here]
    if chosen and None in times:
        assert chosen.last_assigned_at is None
    elif chosen:
        assert chosen.last_assigned_at == min(times)


@given(candidates)
def test_by_load_nobody_has_fewer_than_who_is_chosen(here):
    chosen = choose("least_loaded", here)
    assert (chosen is None) is (not here)
    assert all(chosen.load <= each.load for each in here)
    assert choose("manual", here) is None


@given(st.integers(1, 6), st.integers(1, 40))
def test_in_turn_is_fair_over_any_number_of_tickets(people, tickets):
    handed: dict[int, list[datetime]] = {pk: [] for pk in range(people)}
    for number in range(tickets):
        here = [Candidate(pk, 0, times[-1] if times else None) for pk, times in handed.items()]
        chosen = choose("round_robin", here)
        handed[chosen.user_id].append(MONDAY_NOON + timedelta(minutes=number))
    counts = [len(times) for times in handed.values()]
    assert max(counts) - min(counts) <= 1


def test_in_turn(cast):
    team = create_team(cast)
    assert [give(cast, team) for _ in range(4)] == [cast.fay, cast.gus, cast.fay, cast.gus]


def test_to_who_has_the_fewest_unfinished_tickets_then_in_turn(cast):
    team = create_team(cast, "least_loaded")
    for _ in range(2):
        assign(actor=actor(cast.gus), ticket=builders.ticket(cast.ben, cast.acme), assignee=cast.fay)
    assert [give(cast, team) for _ in range(3)] == [cast.gus, cast.gus, cast.fay]


def test_by_hand_the_team_has_it_without_a_person(cast):
    team = create_team(cast, "manual")
    ticket = builders.ticket(cast.ben, cast.acme)
    assert give(cast, team, ticket) is None
    ticket.refresh_from_db()
    assert (ticket.team, ticket.assignee) == (team, None)


def test_who_is_away_is_passed_over_and_with_nobody_there_the_team_keeps_it(cast):
    team = create_team(cast)
    away(cast.fay)
    assert [give(cast, team) for _ in range(2)] == [cast.gus, cast.gus]
    away(cast.gus)
    ticket = builders.ticket(cast.ben, cast.acme)
    assert give(cast, team, ticket) is None
    assert Ticket.objects.get(pk=ticket.pk).team == team


def test_former_agent_gets_nothing(cast):
    team = create_team(cast)
    User.objects.filter(pk=cast.fay.pk).update(staff_role="")
    assert give(cast, team) == cast.gus


def test_history_says_team_and_person_and_a_person_keeps_the_team(cast):
    team = create_team(cast)
    ticket = builders.ticket(cast.ben, cast.acme)
    give(cast, team, ticket)
    assign(actor=actor(cast.gus), ticket=ticket, assignee=cast.gus)
    assign(actor=actor(cast.gus), ticket=ticket, assignee=None)
    first, second, third = ticket.activities.filter(kind="assigned").order_by("id")
    assert (first.after["team"], first.after["assignee"]) == ("Streaming", "Fay Dubois")
    assert (second.after["team"], third.after["team"]) == ("Streaming", "")
    assert Ticket.objects.get(pk=ticket.pk).team is None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_tickets_at_once_go_to_two_people():
    cast = make_cast()
    team = create_team(cast)
    tickets = [builders.ticket(cast.ben, cast.acme) for _ in range(2)]
    at_once(*[lambda each=each: give(cast, team, each) for each in tickets])
    assert {each.assignee for each in Ticket.objects.all()} == {cast.fay, cast.gus}


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (MONDAY_NOON, ""),
        (MONDAY_NOON.replace(hour=16), "outside working hours"),  # 18:00 in Helsinki
        (MONDAY_NOON + timedelta(days=5), "outside working hours"),
        (datetime(2026, 11, 24, 21, 59, tzinfo=UTC), "outside working hours"),
        (datetime(2026, 11, 24, 22, 0, tzinfo=UTC), "out of office until 26 Nov: Conference"),
        (datetime(2026, 11, 26, 21, 59, tzinfo=UTC), "out of office until 26 Nov: Conference"),
        (datetime(2026, 11, 27, 8, 0, tzinfo=UTC), ""),
    ],
)
def test_absence_by_the_persons_own_clock(at, words):
    found = Availability(
        user=User(time_zone="Europe/Helsinki"),
        week=NINE_TO_FIVE,
        away_from=date(2026, 11, 25),
        away_until=date(2026, 11, 26),
        away_note="Conference",
    )
    assert found.absence_at(at) == words


def test_only_duty_leads_create_teams(cast):
    team = create_team(cast)
    with pytest.raises(RuleViolation, match="duty leads"):
        save_team(
            actor=actor(cast.fay), team=team, name="X", description="", assignment_rule="manual", members=[]
        )
    with pytest.raises(RuleViolation, match="duty leads"):
        delete_team(actor=actor(cast.fay), team=team)


def test_name_is_taken_once(cast):
    create_team(cast)
    with pytest.raises(RuleViolation, match="already"):
        create_team(cast)


def test_who_stays_keeps_their_turn_and_the_log_says_what_changed(cast):
    team = create_team(cast)
    give(cast, team)
    team = save_team(
        actor=actor(cast.gus),
        team=team,
        name="Streaming",
        description="",
        assignment_rule="round_robin",
        members=[cast.fay],
    )
    assert team.members.get().last_assigned_at is not None
    entry = AuditEntry.objects.get(event="team.changed")
    assert (entry.organization, entry.area, entry.actor) == (None, "settings", cast.gus)
    assert entry.before == {"members": ["Fay Dubois", "Gus Lindgren"]}
    assert entry.after == {"members": ["Fay Dubois"]}


def test_deleted_team_leaves_its_tickets_with_whom_they_are(cast):
    team = create_team(cast)
    ticket = builders.ticket(cast.ben, cast.acme)
    give(cast, team, ticket)
    delete_team(actor=actor(cast.gus), team=team)
    ticket.refresh_from_db()
    assert (ticket.team, ticket.assignee) == (None, cast.fay)


def test_agents_say_when_they_are_there_themselves_and_leads_for_all(cast):
    set_availability(actor=actor(cast.fay), user=cast.fay, week=NINE_TO_FIVE)
    set_availability(actor=actor(cast.gus), user=cast.fay, week=None)
    with pytest.raises(RuleViolation, match="duty leads"):
        set_availability(actor=actor(cast.fay), user=cast.gus, week=None)
    with pytest.raises(RuleViolation, match="is not an agent"):
        set_availability(actor=actor(cast.gus), user=cast.hal, week=None)
    assert [each.after for each in AuditEntry.objects.order_by("id")] == [
        {"working_hours": "Mon–Fri 09:00–17:00"},
        {"working_hours": "any time"},
    ]


def test_assigning_on_the_ticket_offers_me_people_and_teams(cast, client_of):
    team = create_team(cast)
    away(cast.gus)
    ticket = builders.ticket(cast.ben, cast.acme)
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    page = fay.get(url).content.decode()
    assert '<optgroup label="Me">' in page
    assert "Gus Lindgren – out of office until" in page
    assert "Streaming (round robin)" in page
    fay.post(f"{url}assignment/", {"assignee": f"team-{team.pk}"})
    ticket.refresh_from_db()
    assert (ticket.team, ticket.assignee) == (team, cast.fay)
    assert "assigned the ticket to the team Streaming and Fay Dubois" in fay.get(url).content.decode()
    fay.post(f"{url}assignment/", {"assignee": str(cast.gus.pk)})
    page = fay.get(url).content.decode()
    assert "Out of office until" in page
    assert "Streaming" not in client_of(cast.ben).get(url).content.decode()
    assert fay.post(f"{url}assignment/", {"assignee": "team-0"}).status_code == 422


def test_new_colleagues_are_at_work_at_any_time(cast):
    team = Team.objects.get(pk=create_team(cast, members=[staff("new@support.example", "New", "agent")]).pk)
    assert give(cast, team).name == "New"


def test_queue_and_search_find_the_tickets_of_a_team(cast, client_of):
    ticket, other = builders.ticket(cast.ben, cast.acme), builders.ticket(cast.ben, cast.acme)
    team = Team.objects.create(name="Kafka crew")
    Ticket.objects.filter(pk=ticket.pk).update(team=team)
    fay = client_of(cast.fay)
    for address in ("/queue/?team=Kafka", "/queue/all/?q=team:kafka"):
        text = fay.get(address).content.decode()
        assert ticket.get_absolute_url() in text
        assert other.get_absolute_url() not in text
