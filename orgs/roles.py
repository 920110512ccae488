"""The only table of roles and their capabilities."""

from django.db import models


class OrganizationRole(models.TextChoices):
    MEMBER = "member", "Member"
    BILLING = "billing", "Billing contact"
    ADMIN = "admin", "Organization admin"


class StaffRole(models.TextChoices):
    AGENT = "agent", "Support agent"
    DUTY_LEAD = "duty_lead", "Duty lead"
    ACCOUNT_MANAGER = "account_manager", "Account manager"


# The staff team that customers see beside a name.
STAFF_TEAMS: dict[str, str] = {
    StaffRole.AGENT: "support",
    StaffRole.DUTY_LEAD: "support",
    StaffRole.ACCOUNT_MANAGER: "account team",
}


class Capability(models.TextChoices):
    # Of members, within their organization
    OPEN_TICKETS = "open_tickets"
    SEE_ALL_TICKETS = "see_all_tickets"
    FOLLOW_ALL_TICKETS = "follow_all_tickets"
    MANAGE_ORGANIZATION = "manage_organization"
    MANAGE_MEMBERS = "manage_members"
    CHANGE_TIER = "change_tier"
    SEE_INVOICES = "see_invoices"
    # Of staff, in all organizations
    WORK_QUEUE = "work_queue"
    LEAD_ESCALATIONS = "lead_escalations"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_REPORTS = "see_reports"


ORGANIZATION_CAPABILITIES: dict[str, frozenset[Capability]] = {
    OrganizationRole.MEMBER: frozenset({Capability.OPEN_TICKETS}),
    OrganizationRole.BILLING: frozenset({Capability.OPEN_TICKETS, Capability.SEE_INVOICES}),
    OrganizationRole.ADMIN: frozenset(
        {
            Capability.OPEN_TICKETS,
            Capability.SEE_ALL_TICKETS,
            Capability.FOLLOW_ALL_TICKETS,
            Capability.MANAGE_ORGANIZATION,
            Capability.MANAGE_MEMBERS,
            Capability.CHANGE_TIER,
            Capability.SEE_INVOICES,
        }
    ),
}

STAFF_CAPABILITIES: dict[str, frozenset[Capability]] = {
    "": frozenset(),
    StaffRole.AGENT: frozenset({Capability.WORK_QUEUE, Capability.SEE_REPORTS}),
    StaffRole.DUTY_LEAD: frozenset(
        {
            Capability.WORK_QUEUE,
            Capability.LEAD_ESCALATIONS,
            Capability.MANAGE_SETTINGS,
            Capability.SEE_REPORTS,
        }
    ),
    StaffRole.ACCOUNT_MANAGER: frozenset({Capability.MANAGE_ACCOUNTS, Capability.SEE_REPORTS}),
}
