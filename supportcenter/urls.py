"""All addresses of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from supportcenter import views
from tickets.views.lists import home

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home, name="home"),
    path("", include("orgs.urls")),
    path("", include("billing.urls")),
    path("", include("tickets.urls")),
    path("", include("notifications.urls")),
    path("anymail/", include("notifications.webhooks")),
    path("help/", views.help_index, name="help"),
    path("help/har/", views.help_har, name="help_har"),
    path("account/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]

handler400 = "supportcenter.views.bad_request"
handler403 = "supportcenter.views.forbidden"
handler404 = "supportcenter.views.not_found"
handler500 = "supportcenter.views.server_error"
