"""Facts that this app publishes. Each carries the id of its organization and of what it is about."""

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
# Of no organization: carries the id of the calendar whose new version counts from now on.
CALENDAR_CHANGED = "calendar.changed"
# Of no organization either: what a tier promises was edited in Django's admin (orgs.admin.AuditedAdmin).
MATRIX_EDITED = frozenset(
    {"supporttier.changed", "slatarget.added", "slatarget.changed", "slatarget.deleted"}
)
# History of an organization's tiers, mended there.
TIER_PERIODS_EDITED = frozenset({"tierperiod.added", "tierperiod.changed", "tierperiod.deleted"})
CHARGES_IMPORTED = "charges.imported"
CREDIT_GRANTED = "credit.granted"
INVOICE_ISSUED = "invoice.issued"
