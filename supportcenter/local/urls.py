"""The URLs of `make run`: those of the site, with the development mailbox and a bare view."""

from django.urls import include, path

from supportcenter.local import views
from supportcenter.urls import handler400, handler403, handler404, handler500  # noqa: F401 - read by Django
from supportcenter.urls import urlpatterns as site_urlpatterns

mailbox = [
    path("", views.mails, name="mails"),
    path("<str:key>/", views.mail, name="mail"),
    path("<str:key>/html/", views.mail_html, name="mail_html"),
]
urlpatterns = [
    *site_urlpatterns,
    path("dev/mail/", include((mailbox, "local"))),
    path("dev/bare/", views.bare, name="bare"),
]
