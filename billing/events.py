"""Events that this app publishes, with the ids of the organization and of what they are about."""

TIER_CHANGE_REQUESTED = "tier_change.requested"
TIER_CHANGE_SETUP_STARTED = "tier_change.setup_started"
TIER_CHANGE_ACTIVATED = "tier_change.activated"
TIER_CHANGE_CANCELED = "tier_change.canceled"
TIER_CHANGE_REFUSED = "tier_change.refused"
TIER_CHANGE_OVERDUE = "tier_change.overdue"
BILLING_GROUP_CREATED = "billing_group.created"
BILLING_GROUP_CHANGED = "billing_group.changed"
BILLING_GROUP_DELETED = "billing_group.deleted"
CUSTOM_SLA_RECORDED = "custom_sla.recorded"
CUSTOM_SLA_REMOVED = "custom_sla.removed"
# Has no organization, but the id of the calendar that has a new version.
CALENDAR_CHANGED = "calendar.changed"
# Have no organization either: a tier's targets were edited in Django's admin (orgs.admin.AuditedAdmin).
MATRIX_EDITED = frozenset(
    {"supporttier.changed", "slatarget.added", "slatarget.changed", "slatarget.deleted"}
)
# An organization's tier history was edited in Django's admin.
TIER_PERIODS_EDITED = frozenset({"tierperiod.added", "tierperiod.changed", "tierperiod.deleted"})
CHARGES_IMPORTED = "charges.imported"
CREDIT_GRANTED = "credit.granted"
INVOICE_ISSUED = "invoice.issued"
