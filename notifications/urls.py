from django.urls import path

from notifications.views import preferences

app_name = "notifications"
urlpatterns = [
    path("account/mail/", preferences.preferences, name="preferences"),
    path("mail/stop/<str:token>/", preferences.stop_mail, name="stop"),
]
