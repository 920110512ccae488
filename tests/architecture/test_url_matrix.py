"""Every address × every member of the cast → the expected answer. An address without a row fails."""

import uuid
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from billing.models.calendars import SupportCalendar
from notifications.models.inbound import InboundMail
from notifications.models.messages import EmailMessage
from notifications.models.suppressions import Suppression
from notifications.unsubscribe import Unsubscription
from notifications.unsubscribe import token_for as unsubscribe_token_for
from orgs.actions.invitations import invite_member
from orgs.invitations import token_for
from orgs.models import Membership
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.linking import link
from tickets.actions.merging import merge_into
from tickets.bulk.models import BulkJob
from tickets.models.conversation import Attachment
from tickets.models.following import Follow
from tickets.models.macros import Macro
from tickets.models.people import Participant
from tickets.models.queue import SavedView
from tickets.models.tags import Tag
from tickets.models.teams import Team

PEOPLE = ["ada", "ben", "cleo", "dov", "eve", "ivy", "fay", "gus", "hal", "nobody"]
# Addresses of Django's admin, allauth and anymail have tests of their own; these are theirs.
FOREIGN = ("admin:", "account_", "anymail:")

LOGIN = 302  # nobody is signed in: to the login page
SEEN = {"ada": 200, "ben": 200, "cleo": 200, "fay": 200, "gus": 200, "nobody": LOGIN}


def row(default: int, **exceptions: int) -> dict[str, int]:
    """What each person gets: ``default``, but for the exceptions; nobody goes to the login page."""
    return dict.fromkeys(PEOPLE, default) | {"nobody": LOGIN} | exceptions


ON_TICKET = row(404) | SEEN  # Ben's ticket with Cleo in CC
ACME_LISTS = row(404, ada=200, ben=200, cleo=200, dov=200, fay=403, gus=403, hal=403)
OPENED_BY_AGENTS = row(404, ada=403, ben=403, cleo=403)

SETTINGS = row(403, fay=200, gus=200)
OF_LEADS = row(403, gus=200)

OF_ACMES_ADMIN = row(404, ada=200, ben=403, cleo=403, dov=403, fay=403, gus=403, hal=403)
OF_ACCOUNT_TEAM = row(404, ada=403, ben=403, cleo=403, dov=403, fay=403, gus=403, hal=200)

GET = {
    "home": row(302),
    "help": row(200),
    "help_har": row(200),
    "orgs:people": ACME_LISTS,
    "tickets:similar": row(404, ada=200, ben=200, cleo=200, dov=200, fay=403, gus=403, hal=403),
    "tickets:attachment_preview": row(404),  # the file is no image
    "healthz": row(200, nobody=200),
    "readyz": row(503, nobody=503),  # no worker runs in this test
    "metrics": row(200, nobody=200),
    "orgs:profile": row(200),
    "orgs:members": OF_ACMES_ADMIN,
    "orgs:member": OF_ACMES_ADMIN,
    "orgs:resources": OF_ACMES_ADMIN,
    "orgs:import_resources": OF_ACCOUNT_TEAM,
    "orgs:visibility": OF_ACMES_ADMIN,
    "tickets:visibility": OF_ACCOUNT_TEAM,
    "orgs:audit_log": OF_ACMES_ADMIN,
    "orgs:audit_log_export": OF_ACMES_ADMIN,
    "orgs:invitation": row(200, nobody=200),
    "billing:overview": OF_ACMES_ADMIN,
    "billing:tier": OF_ACMES_ADMIN,
    "billing:tier_choice": OF_ACMES_ADMIN,
    "billing:tier_group": OF_ACMES_ADMIN,
    "billing:tier_quote": OF_ACMES_ADMIN,
    "billing:tier_change": OF_ACMES_ADMIN,
    "tickets:what_if": OF_ACMES_ADMIN,
    "billing:groups": OF_ACMES_ADMIN,
    "billing:group": OF_ACMES_ADMIN,
    "billing:invoices": OF_ACMES_ADMIN | {"dov": 200},
    "billing:invoice": OF_ACMES_ADMIN | {"dov": 200},
    "billing:invoice_csv": OF_ACMES_ADMIN | {"dov": 200},
    "billing:invoice_pdf": OF_ACMES_ADMIN | {"dov": 200},
    "billing:tier_changes": row(403, hal=200),
    "billing:team_change": row(403, hal=200),
    "billing:organizations": row(403, hal=200),
    "billing:organization": OF_ACCOUNT_TEAM,
    "billing:custom_sla": OF_ACCOUNT_TEAM,
    "billing:charges": row(403, hal=200),
    "notifications:preferences": row(200),
    "notifications:unsubscribe": row(200, nobody=200),
    "tickets:following": OF_ACMES_ADMIN,
    "tickets:list": ACME_LISTS,
    "tickets:list/cc": ACME_LISTS,
    "tickets:list/organization": ACME_LISTS | {"ben": 302, "cleo": 302, "dov": 302},
    "tickets:table": ACME_LISTS,
    "tickets:search": ACME_LISTS | {"ada": 302, "ben": 302, "cleo": 302, "dov": 302},
    "tickets:export": ON_TICKET,
    "tickets:escalation": ON_TICKET | {"fay": 403, "gus": 403},
    "tickets:outcome": row(404, ada=403, ben=403, cleo=403, fay=302, gus=302),  # nothing is escalated
    "tickets:rating": row(404, **dict.fromkeys(["ada", "ben", "cleo", "fay", "gus"], 403)),  # not solved
    "tickets:new": row(404, ada=200, ben=200, cleo=200, dov=200, fay=403, gus=403, hal=403),
    "tickets:ticket": ON_TICKET,
    "tickets:thread": ON_TICKET,
    "tickets:presence": OPENED_BY_AGENTS | {"fay": 200, "gus": 200},
    "tickets:participants": ON_TICKET | {"cleo": 403},
    "tickets:attachment": ON_TICKET,
    "tickets:merge": OPENED_BY_AGENTS | {"fay": 200, "gus": 200},
    "tickets:links": OPENED_BY_AGENTS | {"fay": 200, "gus": 200},
    "tickets:split": OPENED_BY_AGENTS | {"fay": 200, "gus": 200},
    "tickets:macro_choices": OPENED_BY_AGENTS | {"fay": 200, "gus": 200},
    "tickets:macro_preview": OPENED_BY_AGENTS | {"fay": 200, "gus": 200},
    "tickets:macros": SETTINGS,
    "tickets:teams": SETTINGS,
    "tickets:team": OF_LEADS,
    "tickets:staff": SETTINGS,
    "tickets:availability": row(403, fay=200, gus=200),  # Fay's own
    "tickets:products": SETTINGS,
    "tickets:reasons": SETTINGS,
    "tickets:product": OF_LEADS,
    "tickets:reason": OF_LEADS,
    "tickets:tag_list": SETTINGS,
    "tickets:tag": OF_LEADS,
    "billing:calendars": SETTINGS,
    "billing:calendar_new": OF_LEADS,
    "billing:calendar": OF_LEADS,
    "billing:extra_holidays": OF_LEADS,
    "billing:matrix": SETTINGS,
    "notifications:mail_texts": SETTINGS,
    "notifications:mail_text": OF_LEADS,
    "orgs:settings_log": SETTINGS,
    "orgs:settings_log_export": SETTINGS,
    "orgs:settings_people": SETTINGS,
    "orgs:audit_people": OF_ACMES_ADMIN,
    "orgs:time_zones": row(200),
    "billing:countries": row(200),
    "billing:account_managers": row(403, hal=200),
    "tickets:macro_new": SETTINGS,
    "tickets:macro": SETTINGS,
    "tickets:tag_suggestions": SETTINGS,
    "tickets:agent_suggestions": SETTINGS,
    "tickets:suggestions": row(403, fay=200, gus=200),
    "tickets:assignee_options": row(403, fay=200, gus=200),
    "tickets:organization_options": row(403, fay=200, gus=200),
    "tickets:catalog_options": row(200),
    "tickets:options": row(403, fay=200, gus=200),
    "tickets:palette": row(200),
    "tickets:queue": row(403, fay=200, gus=200),
    "tickets:queue/mine": row(403, fay=200, gus=200),
    "tickets:saved_views": row(403, fay=200, gus=200),
    "tickets:saved_view": row(403, fay=200, gus=404),  # her own, not shared
    "tickets:queue_preferences": row(403, fay=200, gus=200),
    "tickets:bulk_jobs": row(403, fay=200, gus=200),
    "tickets:bulk_job": row(403, fay=200, gus=404),  # she asked for it
    "tickets:reports": row(403, fay=200, gus=200, hal=200),
    "tickets:reports/backlog": row(403, fay=200, gus=200, hal=200),
    "tickets:report_options": row(403, fay=200, gus=200, hal=200),
    "tickets:organization_report_options": OF_ACMES_ADMIN,
    "tickets:report_table": row(403, fay=200, gus=200, hal=200),
    "tickets:organization_reports": OF_ACMES_ADMIN,
    "tickets:organization_report_table": OF_ACMES_ADMIN,
    "notifications:ticket_mails": ON_TICKET,
    "notifications:mails": row(403, fay=200, gus=200),
    "notifications:incoming": row(403, fay=200, gus=200),
    "notifications:incoming_mail": row(403, fay=200, gus=200),
    "notifications:incoming_source": row(403, fay=200, gus=200),
    "notifications:resend_all": row(403, fay=302, gus=302),  # no filter is set
    "notifications:delay": row(403, gus=200),
    "notifications:suppressions": row(403, fay=200, gus=200, hal=200),
}

# What an empty form gets: 422 for those who may, a redirect where nothing needs to be filled in.
POST = {
    "orgs:profile": row(422),
    "orgs:members": OF_ACMES_ADMIN | {"ada": 422},
    "orgs:member": OF_ACMES_ADMIN | {"ada": 422},
    "orgs:import_resources": OF_ACCOUNT_TEAM | {"hal": 422},
    "orgs:visibility": OF_ACMES_ADMIN | {"ada": 422},
    "tickets:visibility": OF_ACCOUNT_TEAM | {"hal": 422},
    "orgs:member_removal": OF_ACMES_ADMIN | {"ada": 302},
    "orgs:invitation_renewal": OF_ACMES_ADMIN | {"ada": 302},
    "orgs:invitation_withdrawal": OF_ACMES_ADMIN | {"ada": 302},
    "orgs:invitation": row(422, nobody=302),
    "billing:tier_quote": OF_ACMES_ADMIN | {"ada": 302},  # she has asked for it already
    "billing:tier_cancellation": OF_ACMES_ADMIN | {"ada": 302},
    "billing:groups": OF_ACMES_ADMIN | {"ada": 422},
    "billing:group": OF_ACMES_ADMIN | {"ada": 422},
    "billing:group_removal": OF_ACMES_ADMIN | {"ada": 302},
    "billing:setup": row(403, hal=302),
    "billing:completion": row(403, hal=302),
    "billing:refusal": row(403, hal=422),
    "billing:custom_sla": OF_ACCOUNT_TEAM | {"hal": 422},
    "billing:sla_removal": OF_ACCOUNT_TEAM | {"hal": 302},
    "billing:credits": OF_ACCOUNT_TEAM | {"hal": 422},
    "billing:charges": row(403, hal=422),
    "billing:rates": row(403, hal=422),
    "notifications:preferences": row(422),
    "notifications:unsubscribe": row(200, nobody=200),
    "tickets:following": OF_ACMES_ADMIN | {"ada": 422},
    "tickets:following_all": OF_ACMES_ADMIN | {"ada": 302},
    "tickets:unfollow": row(404, ada=302),
    "tickets:follow_ticket": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "tickets:mute": row(404, ada=302, ben=302, cleo=302, fay=302, gus=302),
    "tickets:preview": row(200),
    "tickets:uploads": row(422),
    "tickets:new": row(404, ada=422, ben=422, cleo=422, dov=422, fay=403, gus=403, hal=403),
    "tickets:draft": row(404, **dict.fromkeys(["ada", "ben", "cleo", "fay", "gus"], 204)),
    "tickets:comments": ON_TICKET | dict.fromkeys(["ada", "ben", "cleo", "fay", "gus"], 422),
    "tickets:participants": row(404, ada=422, ben=422, cleo=403, fay=422, gus=422),
    "tickets:assignment": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "tickets:status": OPENED_BY_AGENTS | {"fay": 422, "gus": 422},
    "tickets:severity": row(404, ada=422, ben=422, cleo=403, fay=422, gus=422),
    "tickets:classification": OPENED_BY_AGENTS | {"fay": 422, "gus": 422},
    "tickets:merge": OPENED_BY_AGENTS | {"fay": 422, "gus": 422},
    "tickets:links": OPENED_BY_AGENTS | {"fay": 422, "gus": 422},
    "tickets:split": OPENED_BY_AGENTS | {"fay": 422, "gus": 422},
    "tickets:merge_undo": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "tickets:unlink": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "tickets:handover": OPENED_BY_AGENTS | {"fay": 422, "gus": 422},
    "tickets:snooze": OPENED_BY_AGENTS | {"fay": 422, "gus": 422},
    "tickets:unsnooze": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "billing:account_manager": OF_ACCOUNT_TEAM | {"hal": 302},
    "tickets:tags": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "billing:calendar_new": row(403, gus=422),
    "billing:calendar": row(403, gus=422),
    "billing:extra_holidays": row(403, gus=422),
    "notifications:mail_text": row(403, gus=302),
    "tickets:teams": row(403, gus=422),
    "tickets:team": row(403, gus=422),
    "tickets:team_delete": row(403, gus=302),
    "tickets:availability": row(403, fay=302, gus=302),
    "tickets:products": row(403, gus=422),
    "tickets:reasons": row(403, gus=422),
    "tickets:product": row(403, gus=422),
    "tickets:reason": row(403, gus=422),
    "tickets:product_place": row(403, gus=302),
    "tickets:reason_place": row(403, gus=302),
    "tickets:tag": row(403, gus=422),
    "tickets:tag_delete": row(403, gus=302),
    "tickets:macro_new": row(403, fay=422, gus=422),
    "tickets:macro": row(403, fay=422, gus=422),
    "tickets:macro_delete": row(403, fay=302, gus=302),
    "tickets:participation": row(404, ada=302, ben=403, cleo=403, fay=403, gus=403),
    "tickets:remove_participant": row(404, ada=302, ben=302, cleo=302, fay=302, gus=302),
    "tickets:escalation": row(404, ada=302, ben=302, cleo=302, fay=403, gus=403),
    "tickets:acknowledgement": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "tickets:outcome": OPENED_BY_AGENTS | {"fay": 302, "gus": 302},
    "tickets:rating": row(404, **dict.fromkeys(["ada", "ben", "cleo", "fay", "gus"], 403)),
    "tickets:resolution": row(404, ada=302, ben=302, cleo=302, fay=302, gus=302),
    "tickets:saved_views": row(403, fay=422, gus=422),
    "tickets:saved_view": row(403, fay=422, gus=404),
    "tickets:saved_view_removal": row(403, fay=302, gus=404),
    "tickets:queue_preferences": row(403, fay=422, gus=422),
    "tickets:bulk_jobs": row(403, fay=422, gus=422),
    "tickets:bulk_cancellation": row(403, fay=302, gus=404),
    "notifications:resend_all": row(403, fay=302, gus=302),
    "notifications:resend": row(403, fay=302, gus=302),
    "notifications:incoming_mail": row(403, fay=422, gus=422),
    "notifications:incoming_retry": row(403, fay=302, gus=302),
    "notifications:incoming_accept": row(403, fay=302, gus=302),
    "notifications:remove_suppression": row(403, fay=302, gus=302, hal=302),
}


@pytest.fixture
def world(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ticket = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    attachment = Attachment(comment=ticket.comments.get(), uploaded_by=cast.ben, name="a", size=1, sha256="")
    attachment.file.name = "x"
    attachment.save()
    (tmp_path / "x").write_bytes(b"boom")
    invitation = invite_member(
        actor=actor(cast.ada), organization=cast.acme, email="zoe@acme.example", role="member"
    )
    follow = Follow.objects.create(user=cast.ada, organization=cast.acme)
    linked, merged = (builders.ticket(cast.ben, cast.acme) for _ in range(2))
    change = builders.tier_change(cast.ada, cast.acme, "premium")
    mail = EmailMessage.objects.create(kind="account", to_address=cast.ben.email)
    return SimpleNamespace(
        change=change,
        follow=follow,
        linked=linked,
        merge=merge_into(actor=actor(cast.fay), ticket=merged, target=ticket),
        mail=mail,
        incoming=InboundMail.objects.create(raw=b"From: eve@evil.example\n\nHi", outcome="held"),
        job=BulkJob.objects.create(requested_by=cast.fay, kind="status"),
        view=SavedView.objects.create(owner=cast.fay, name="Hers"),
        suppression=Suppression.objects.create(address=cast.ben.email, cause="bounce", mail=mail),
        team=Team.objects.create(name="Streaming"),
        tag=Tag.objects.create(name="lag"),
        macro=Macro.objects.create(name="Thanks", body="Thank you"),
        invoice=builders.invoice(cast.kafka),
        group=cast.acme_group,
        people=cast.people(),
        ticket=ticket,
        attachment=attachment,
        token=token_for(invitation.pk),
        membership=Membership.objects.get(user=cast.cleo),
        invitation=invitation,
    )


def address(world: SimpleNamespace, name: str) -> str:
    name, _, last = name.partition("/")
    wanted: dict[str, list] = {
        "orgs:members": ["acme"],
        "orgs:audit_log": ["acme"],
        "billing:tier_group": ["acme", "premium"],
        "billing:tier_quote": ["acme", "premium", world.group.pk],
        "billing:tier_change": ["acme", world.change.pk],
        "billing:tier_cancellation": ["acme", world.change.pk],
        "billing:group": ["acme", world.group.pk],
        "billing:group_removal": ["acme", world.group.pk],
        "billing:invoice": ["acme", world.invoice.pk],
        "billing:invoice_csv": ["acme", world.invoice.pk],
        "billing:invoice_pdf": ["acme", world.invoice.pk],
        "billing:team_change": [world.change.pk],
        "billing:setup": [world.change.pk],
        "billing:completion": [world.change.pk],
        "billing:refusal": [world.change.pk],
        "billing:organizations": [],
        "billing:tier_changes": [],
        "billing:charges": [],
        "billing:rates": [],
        "notifications:ticket_mails": [world.ticket.reference],
        "notifications:resend": [world.mail.pk],
        "notifications:incoming_mail": [world.incoming.pk],
        "notifications:incoming_source": [world.incoming.pk],
        "notifications:incoming_retry": [world.incoming.pk],
        "notifications:incoming_accept": [world.incoming.pk],
        "notifications:remove_suppression": [world.suppression.pk],
        "tickets:merge_undo": [world.ticket.reference, world.merge.pk],
        "tickets:unlink": [world.ticket.reference, world.linked.reference],
        "tickets:split": [world.ticket.reference, world.ticket.comments.earliest("pk").pk],
        "tickets:macro_preview": [world.ticket.reference, world.macro.pk],
        "billing:calendars": [],
        "billing:calendar_new": [],
        "billing:calendar": [SupportCalendar.objects.get(code="business").pk],
        "billing:extra_holidays": [SupportCalendar.objects.get(code="business").pk],
        "billing:matrix": [],
        "notifications:mail_texts": [],
        "notifications:mail_text": ["digest"],
        "tickets:teams": [],
        "tickets:team": [world.team.pk],
        "tickets:team_delete": [world.team.pk],
        "tickets:staff": [],
        "tickets:availability": [world.people["fay"].pk],
        "tickets:products": [],
        "tickets:reasons": [],
        "tickets:product": [world.ticket.product_id],
        "tickets:product_place": [world.ticket.product_id],
        "tickets:reason": [world.ticket.reason_id],
        "tickets:reason_place": [world.ticket.reason_id],
        "tickets:tag_list": [],
        "tickets:tag": [world.tag.pk],
        "tickets:tag_delete": [world.tag.pk],
        "orgs:settings_log": [],
        "orgs:settings_people": [],
        "orgs:audit_people": ["acme"],
        "orgs:time_zones": [],
        "billing:countries": [],
        "billing:account_managers": [],
        "tickets:report_options": ["organization"],
        "tickets:organization_report_options": ["acme", "product"],
        "tickets:macros": [],
        "tickets:macro_new": [],
        "tickets:tag_suggestions": [],
        "tickets:agent_suggestions": [],
        "tickets:macro": [world.macro.pk],
        "tickets:macro_delete": [world.macro.pk],
        "tickets:what_if": ["acme"],
        "tickets:following": ["acme"],
        "tickets:following_all": ["acme"],
        "tickets:saved_views": [],
        "tickets:bulk_jobs": [],
        "tickets:bulk_job": [world.job.pk],
        "tickets:bulk_cancellation": [world.job.pk],
        "tickets:saved_view": [world.view.pk],
        "tickets:saved_view_removal": [world.view.pk],
        "tickets:queue_preferences": [],
        "tickets:unfollow": [world.follow.pk],
        "notifications:unsubscribe": [
            unsubscribe_token_for(Unsubscription("mute", world.ticket.pk, world.people["ben"].pk))
        ],
        "orgs:visibility": ["acme"],
        "orgs:resources": ["acme"],
        "orgs:import_resources": ["acme"],
        "tickets:visibility": ["acme"],
        "tickets:reports": [],
        "tickets:report_table": ["ratings", "over-time"],
        "tickets:organization_reports": ["acme"],
        "tickets:organization_report_table": ["acme", "ratings", "breakdown"],
        "orgs:audit_log_export": ["acme"],
        "orgs:member": ["acme", world.membership.pk],
        "orgs:member_removal": ["acme", world.membership.pk],
        "orgs:invitation_renewal": ["acme", world.invitation.pk],
        "orgs:invitation_withdrawal": ["acme", world.invitation.pk],
        "orgs:invitation": [world.token],
        "tickets:list": ["acme"],
        "tickets:new": ["acme"],
        "tickets:search": ["acme"],
        "tickets:similar": ["acme"],
        "tickets:preview": [],
        "tickets:suggestions": [],
        "tickets:assignee_options": [],
        "tickets:organization_options": [],
        "tickets:catalog_options": ["product"],
        "tickets:options": ["team"],
        "tickets:palette": [],
        "tickets:uploads": [],
        "tickets:attachment_preview": [world.attachment.pk],
        "orgs:people": ["acme"],
        "tickets:table": ["acme", "mine"],
        "tickets:remove_participant": [world.ticket.reference, world.people["cleo"].pk],
        "tickets:attachment": [world.attachment.pk],
    }
    on_ticket = name.startswith("tickets:") and name not in {"tickets:queue", *wanted}
    of_acme = ["acme"] if name.startswith("billing:") else []
    args = wanted.get(name, [world.ticket.reference] if on_ticket else of_acme)
    return reverse(name, args=[*args, last] if last else args)


def answers(world, client_of, client, method: str, name: str) -> dict[str, int]:
    found = {}
    for person in PEOPLE:
        one = client if person == "nobody" else client_of(world.people[person])
        if name == "tickets:remove_participant":  # the one before may have removed her
            Participant.objects.get_or_create(ticket=world.ticket, user=world.people["cleo"])
        if name == "tickets:unlink":
            link(actor=actor(world.people["fay"]), ticket=world.ticket, other=world.linked)
        if name == "tickets:macro_delete":
            world.macro.save()
        if name == "orgs:member_removal":
            world.membership.save()
        if name == "orgs:invitation_withdrawal":
            world.invitation.save()
        if name == "tickets:participation":
            world.ticket.participants.exclude(user=world.people["cleo"]).delete()
        events = OutboxMessage.objects.count()
        response = getattr(one, method)(address(world, name))
        if response.status_code >= 400:
            assert OutboxMessage.objects.count() == events, f"{person} changed something at {name}"
        if response.streaming:
            b"".join(response.streaming_content)
        found[person] = response.status_code
    return found


@pytest.mark.parametrize("name", GET)
def test_get(world, client_of, client, name):
    assert answers(world, client_of, client, "get", name) == GET[name]


@pytest.mark.parametrize("name", POST)
def test_post(world, client_of, client, name):
    assert answers(world, client_of, client, "post", name) == POST[name]


@pytest.mark.parametrize("name", sorted(set(POST) - set(GET)))
def test_addresses_only_for_posting_refuse_get(world, client_of, name):
    assert client_of(world.people["ada"]).get(address(world, name)).status_code == 405


@pytest.mark.parametrize("name", sorted(set(GET) - set(POST) - {"tickets:list/organization"}))
def test_addresses_only_for_reading_refuse_post(world, client_of, name):
    assert client_of(world.people["ada"]).post(address(world, name)).status_code == 405


def names(patterns, prefix: str = "") -> set[str]:
    found = set()
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{prefix}{each.namespace}:" if each.namespace else prefix
            found |= names(each.url_patterns, inner)
        elif isinstance(each, URLPattern) and each.name:
            found.add(prefix + each.name)
    return found


def test_every_address_has_a_row():
    ours = {name for name in names(get_resolver().url_patterns) if not name.startswith(FOREIGN)}
    assert ours == {name.partition("/")[0] for name in GET | POST}


def test_another_tickets_number_gives_nothing_away(world, client_of):
    client = client_of(world.people["eve"])
    there = client.get(address(world, "tickets:ticket"))
    nowhere = client.get(reverse("tickets:ticket", args=["SUP-999999"]))
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert world.ticket.subject not in there.content.decode()


@pytest.mark.parametrize(
    "reference", ["SUP-", "SUP-x", "SUP-1e3", "1001", "FOO-1001", "SUP-" + "9" * 40, "SUP--1"]
)
def test_strange_references_are_404(world, client_of, reference):
    assert client_of(world.people["fay"]).get(f"/tickets/{reference}/").status_code == 404


def test_file_of_nobody_is_404(world, client_of):
    url = reverse("tickets:attachment", args=[uuid.uuid4()])
    assert client_of(world.people["fay"]).get(url).status_code == 404
