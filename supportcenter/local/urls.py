from django.urls import path

from supportcenter.local import views

app_name = "local"
urlpatterns = [
    path("", views.mails, name="mails"),
    path("<str:key>/", views.mail, name="mail"),
    path("<str:key>/html/", views.mail_html, name="mail_html"),
]
