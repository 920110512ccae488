from datetime import timedelta

import pytest
from django.utils import timezone

from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.changes import solve
from tickets.actions.rating import rate
from tickets.models.people import Rating


@pytest.fixture
def ticket(cast):
    return solve(actor=actor(cast.ben), ticket=builders.ticket(cast.ben, cast.acme, cc=[cast.cleo]))


def test_requester_rates_and_changes_it(cast, ticket):
    rate(actor=actor(cast.ben), ticket=ticket, score=5)
    rate(actor=actor(cast.ben), ticket=ticket, score=3, comment="Slow at first")
    rating = Rating.objects.get()
    assert (rating.score, rating.comment, rating.rated_by) == (3, "Slow at first", cast.ben)
    assert ticket.activities.last().before == {"score": 5, "comment": ""}


def test_rating_is_final_after_seven_days(cast, ticket):
    rate(actor=actor(cast.ben), ticket=ticket, score=5)
    Rating.objects.update(rated_at=timezone.now() - timedelta(days=7, seconds=1))
    with pytest.raises(RuleViolation):
        rate(actor=actor(cast.ben), ticket=ticket, score=1)


@pytest.mark.parametrize("name", ["cleo", "eve", "fay"])
def test_others_do_not_rate(cast, ticket, name):
    with pytest.raises(RuleViolation):
        rate(actor=actor(getattr(cast, name)), ticket=ticket, score=5)


def test_unsolved_tickets_are_not_rated(cast):
    with pytest.raises(RuleViolation):
        rate(actor=actor(cast.ben), ticket=builders.ticket(cast.ben, cast.acme), score=5)
