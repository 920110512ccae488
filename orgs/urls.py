from django.urls import path

from orgs.views import invitations, members, people, profile

app_name = "orgs"
urlpatterns = [
    path("account/", profile.profile, name="profile"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("o/<slug:slug>/people/", people.people, name="people"),
    path("o/<slug:slug>/admin/members/", members.members, name="members"),
]
