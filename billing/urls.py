from django.urls import path

from billing.views import account_team

app_name = "billing"
urlpatterns = [
    path("account-team/organizations/", account_team.organizations, name="organizations"),
]
