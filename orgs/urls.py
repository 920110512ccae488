from django.urls import path

from orgs.forms import TIME_ZONES
from orgs.views import audit_log, invitations, members, people, profile, resources, visibility
from supportcenter.combobox import options_view

app_name = "orgs"
urlpatterns = [
    path("account/", profile.profile, name="profile"),
    path("options/time-zones/", options_view(lambda _: TIME_ZONES), name="time_zones"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("o/<slug:slug>/people/", people.people, name="people"),
    path("o/<slug:slug>/admin/members/", members.members, name="members"),
    path("o/<slug:slug>/admin/members/<int:membership_id>/", members.member, name="member"),
    path(
        "o/<slug:slug>/admin/members/<int:membership_id>/removal/",
        members.member_removal,
        name="member_removal",
    ),
    path(
        "o/<slug:slug>/admin/invitations/<int:invitation_id>/renewal/",
        members.invitation_renewal,
        name="invitation_renewal",
    ),
    path(
        "o/<slug:slug>/admin/invitations/<int:invitation_id>/withdrawal/",
        members.invitation_withdrawal,
        name="invitation_withdrawal",
    ),
    path("o/<slug:slug>/admin/resources/", resources.resources, name="resources"),
    path("account-team/organizations/<slug:slug>/resources/", resources.import_page, name="import_resources"),
    path("o/<slug:slug>/admin/visibility/", visibility.visibility, name="visibility"),
    path("o/<slug:slug>/admin/audit-log/", audit_log.audit_log, name="audit_log"),
    path("o/<slug:slug>/admin/audit-log/people/", options_view(audit_log.audit_people), name="audit_people"),
    path("settings/log/people/", options_view(audit_log.settings_people), name="settings_people"),
    path("settings/log/", audit_log.settings_log_page, name="settings_log"),
    path("settings/log/export/", audit_log.settings_log_export, name="settings_log_export"),
    path("o/<slug:slug>/admin/audit-log/export/", audit_log.audit_log_export, name="audit_log_export"),
]
