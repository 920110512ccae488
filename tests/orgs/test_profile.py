import pytest


def test_profile_is_saved(cast, client_of):
    client_of(cast.ben).post("/account/", {"name": "Benjamin", "time_zone": "Asia/Tokyo"})
    cast.ben.refresh_from_db()
    assert (cast.ben.name, cast.ben.time_zone) == ("Benjamin", "Asia/Tokyo")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", ""])
def test_zones_that_do_not_exist_are_refused(cast, client_of, zone):
    response = client_of(cast.ben).post("/account/", {"name": "Ben", "time_zone": zone})
    cast.ben.refresh_from_db()
    assert (response.status_code, cast.ben.time_zone) == (422, "UTC")


@pytest.mark.parametrize("field", ["staff_role", "is_staff", "is_superuser", "email"])
def test_nobody_promotes_themselves(cast, client_of, field):
    client_of(cast.ben).post("/account/", {"name": "Ben", "time_zone": "UTC", field: "agent"})
    cast.ben.refresh_from_db()
    assert (cast.ben.staff_role, cast.ben.is_staff, cast.ben.email) == ("", False, "ben@acme.example")


def test_times_are_shown_in_the_readers_zone(cast, client_of):
    from tests import builders

    ticket = builders.ticket(cast.ben, cast.acme)
    type(cast.ben).objects.filter(pk=cast.ben.pk).update(time_zone="Asia/Tokyo")
    assert "JST" in client_of(cast.ben).get(ticket.get_absolute_url()).content.decode()
