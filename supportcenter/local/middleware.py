"""Middleware of `make run` only."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from supportcenter.views import not_found


class OwnNotFoundPage:
    """Show the site's own 404 page, which Django replaces by a technical one when DEBUG is on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return not_found(request, Http404()) if response.status_code == 404 else response
