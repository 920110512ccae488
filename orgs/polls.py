"""Sign-in for the requests that an open page repeats every few seconds: one query instead of three.

A page puts a token into the addresses that it polls. The token names the reader, and is signed for their
session and password. With it, session, person and roles are read together. Without it, or if anything has
changed since the page was rendered, the request signs in like any other.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from orgs.actor import Actor, actor_of
from orgs.models import User
from orgs.source import Source
from supportcenter.middleware import GetResponse

PARAMETER = "reader"


def poll_token(request: HttpRequest) -> str:
    """Return the token of a signed-in reader for the polls of their page."""
    return _token(request, request.user)  # type: ignore[arg-type]


def _token(request: HttpRequest, user: User) -> str:
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    signature = salted_hmac("orgs.polls", f"{session_key} {user.get_session_auth_hash()}", algorithm="sha256")
    return f"{user.pk}-{signature.hexdigest()}"


class PollSignIn:
    """Sign in the reader whose token a poll carries, if their session still exists."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"} and (token := request.GET.get(PARAMETER)):
            self._sign_in(request, token)
        return self.get_response(request)

    def _sign_in(self, request: HttpRequest, token: str) -> None:
        number = token.partition("-")[0]
        session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not (number.isascii() and number.isdigit() and len(number) < 18 and session_key):
            return
        rows = list(User.objects.in_session(int(number), session_key))
        if rows and constant_time_compare(token, _token(request, rows[0])):
            roles = {row.member_of: row.member_role for row in rows if row.member_of}
            request.user = rows[0]
            request._poll_actor = Actor(rows[0], Source.WEB, roles)  # type: ignore[attr-defined]  # noqa: SLF001


def poll_actor_of(request: HttpRequest) -> Actor:
    """Return the actor behind a poll; without their memberships, which only a whole page needs."""
    return getattr(request, "_poll_actor", None) or actor_of(request)
