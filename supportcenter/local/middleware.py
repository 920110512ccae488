"""What only `make run` has between browser and site."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from supportcenter.views import not_found


class OwnNotFoundPage:
    """Show the site's own page for a missing address, which Django hides behind a technical one in DEBUG."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return not_found(request, Http404()) if response.status_code == 404 else response
