"""The one view of the bare web server."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from supportcenter.local.views import bare_table
from tickets.models.ticket import Ticket


def bare(request: HttpRequest) -> HttpResponse:
    """Show a plain table of tickets to anyone who can reach the server, which is only `make bench`."""
    return bare_table(Ticket.objects.all())


urlpatterns = [path("dev/bare/", bare)]
