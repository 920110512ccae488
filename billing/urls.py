from django.urls import path

from billing.calendar_forms import COUNTRIES
from billing.views import account_team, calendars, charges, groups, invoices, overview, tier
from supportcenter.combobox import options_view

app_name = "billing"

ADMIN = "o/<slug:slug>/admin/"
TIER = f"{ADMIN}support-tier/"
TEAM = "account-team/"

urlpatterns = [
    path(ADMIN, overview.overview, name="overview"),
    path(TIER, tier.support_tier, name="tier"),
    path(f"{TIER}change/", tier.choice, name="tier_choice"),
    path(f"{TIER}change/<slug:code>/", tier.group, name="tier_group"),
    path(f"{TIER}change/<slug:code>/<int:group_id>/", tier.confirmation, name="tier_quote"),
    path(f"{TIER}changes/<int:pk>/", tier.change, name="tier_change"),
    path(f"{TIER}changes/<int:pk>/cancellation/", tier.cancellation, name="tier_cancellation"),
    path(f"{ADMIN}billing-groups/", groups.groups, name="groups"),
    path(f"{ADMIN}billing-groups/<int:pk>/", groups.group, name="group"),
    path(f"{ADMIN}billing-groups/<int:pk>/removal/", groups.removal, name="group_removal"),
    path(f"{ADMIN}invoices/", invoices.invoices, name="invoices"),
    path(f"{ADMIN}invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path(f"{ADMIN}invoices/<int:pk>/csv/", invoices.as_csv, name="invoice_csv"),
    path(f"{ADMIN}invoices/<int:pk>/pdf/", invoices.as_pdf, name="invoice_pdf"),
    path(f"{TEAM}tier-changes/", account_team.tier_changes, name="tier_changes"),
    path(f"{TEAM}tier-changes/<int:pk>/", account_team.tier_change, name="team_change"),
    path(f"{TEAM}tier-changes/<int:pk>/setup/", account_team.setup, name="setup"),
    path(f"{TEAM}tier-changes/<int:pk>/completion/", account_team.completion, name="completion"),
    path(f"{TEAM}tier-changes/<int:pk>/refusal/", account_team.refusal, name="refusal"),
    path(f"{TEAM}organizations/", account_team.organizations, name="organizations"),
    path(f"{TEAM}organizations/<slug:slug>/", account_team.organization, name="organization"),
    path(f"{TEAM}organizations/<slug:slug>/sla/", account_team.custom_sla, name="custom_sla"),
    path(f"{TEAM}organizations/<slug:slug>/sla/removal/", account_team.sla_removal, name="sla_removal"),
    path(f"{TEAM}organizations/<slug:slug>/credits/", account_team.credit, name="credits"),
    path(
        f"{TEAM}organizations/<slug:slug>/account-manager/",
        account_team.account_manager,
        name="account_manager",
    ),
    path(f"{TEAM}charges/", charges.charges, name="charges"),
    path(f"{TEAM}charges/rates/", charges.rates, name="rates"),
    path(f"{TEAM}options/account-managers/", options_view(account_team.managers), name="account_managers"),
    path("options/countries/", options_view(lambda _: COUNTRIES), name="countries"),
    path("settings/calendars/", calendars.calendars, name="calendars"),
    path("settings/calendars/new/", calendars.new, name="calendar_new"),
    path("settings/calendars/<int:pk>/", calendars.calendar, name="calendar"),
    path("settings/calendars/<int:pk>/holidays/", calendars.extra_holidays, name="extra_holidays"),
    path("settings/tiers/", calendars.matrix, name="matrix"),
]
