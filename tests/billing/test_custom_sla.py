from datetime import UTC, datetime

import pytest
from django.utils import timezone

from billing.actions.periods import start_period
from billing.actions.sla import record_custom_sla, remove_custom_sla
from billing.entitlements import entitlement_of
from billing.models.calendars import SupportCalendar
from billing.models.tiers import CustomSla, SupportTier
from orgs.models import AuditEntry
from supportcenter.errors import RuleViolation
from tests.cast import actor

PAGE = "/account-team/organizations/globex/sla/"
FORM = {
    "calendar": "business",
    "time_zone": "Asia/Tokyo",
    "document_url": "https://files.example/sla.pdf",
    "low": "300",
    "high": "60",
    "critical": "10",
}


def agree(cast, **minutes) -> CustomSla:
    return record_custom_sla(
        actor=actor(cast.hal),
        organization=cast.globex,
        calendar=SupportCalendar.objects.get(code="24x7"),
        time_zone="UTC",
        document_url="https://files.example/sla.pdf",
        minutes={"low": 300, "high": 60, "critical": 10} | minutes,
    )


def words(cast) -> list[str]:
    targets = entitlement_of(cast.globex).targets
    return [targets[each].label for each in ("low", "high", "critical")]


def test_custom_sla_replaces_the_matrix(cast):
    assert words(cast) == ["8 hours", "30 minutes", "15 minutes"]
    agree(cast)
    assert words(cast) == ["5 hours", "1 hour", "10 minutes"]
    assert entitlement_of(cast.globex).hours_label == "24×7, custom SLA"


def test_custom_hours_and_time_zone_are_those_that_count(cast, client_of):
    client_of(cast.hal).post(PAGE, FORM)
    opened = datetime(2026, 11, 20, 7, 55, tzinfo=UTC)  # Friday, 16:55 in Tokyo
    due_at = entitlement_of(cast.globex).targets["critical"].due_at(opened)
    assert due_at == datetime(2026, 11, 23, 0, 5, tzinfo=UTC)


def test_custom_sla_rests_while_the_tier_does_not_allow_it(cast):
    agree(cast)
    for tier, expected in [("advanced", "30 minutes"), ("premium", "10 minutes")]:
        start_period(
            cast.globex, SupportTier.objects.get(code=tier), at=timezone.now(), group=cast.globex_group
        )
        assert words(cast)[2] == expected


def test_custom_sla_of_one_organization_is_of_no_other(cast):
    agree(cast)
    start_period(cast.acme, SupportTier.objects.get(code="premium"), at=timezone.now(), group=cast.acme_group)
    assert entitlement_of(cast.acme).targets["critical"].label == "15 minutes"


def test_tier_without_custom_slas_gets_none(cast, client_of):
    SupportTier.objects.update(allows_custom_sla=False)
    with pytest.raises(RuleViolation, match="The support tier Premium doesn't allow a custom SLA"):
        agree(cast)
    response = client_of(cast.hal).post(PAGE, FORM)
    assert response.status_code == 422
    assert "The Premium tier doesn't include a custom SLA." in response.content.decode()
    assert not CustomSla.objects.exists()


def test_custom_sla_is_recorded_on_the_page_and_recorded_again(cast, client_of):
    hal = client_of(cast.hal)
    assert 'value="15"' in hal.get(PAGE).content.decode()  # begins with the tier's own
    for critical in ("10", "5"):
        page = hal.post(PAGE, FORM | {"critical": critical}, follow=True).content.decode()
        assert "Custom SLA saved. It applies to new tickets from now on." in page
    assert words(cast)[2] == "5 minutes"
    assert 'value="5"' in hal.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"low": "0"}, {"high": ""}, {"calendar": "x"}, {"time_zone": "x"}, {"document_url": "javascript:1"}],
)
def test_bad_custom_sla_is_refused(cast, client_of, wrong):
    assert client_of(cast.hal).post(PAGE, FORM | wrong).status_code == 422
    assert not CustomSla.objects.exists()


def test_removing_goes_back_to_the_matrix_once(cast, client_of):
    agree(cast)
    client_of(cast.hal).post(f"{PAGE}removal/")
    remove_custom_sla(actor=actor(cast.hal), organization=cast.globex)
    assert words(cast)[2] == "15 minutes"
    assert AuditEntry.objects.filter(event="custom_sla.removed").count() == 1


def test_recording_is_in_the_audit_log_with_before_and_after(cast):
    agree(cast)
    agree(cast, critical=5)
    entry = AuditEntry.objects.order_by("pk").last()
    assert (entry.actor, entry.area, entry.event) == (cast.hal, "tier", "custom_sla.recorded")
    assert (entry.before["minutes"]["critical"], entry.after["minutes"]["critical"]) == (10, 5)


def test_admins_read_where_the_signed_text_is(cast, client_of):
    agree(cast)
    page = client_of(cast.eve).get("/o/globex/admin/support-tier/").content.decode()
    assert 'href="https://files.example/sla.pdf"' in page
