"""No value of any field or parameter is a server error, and no day is out of bounds where it is stored."""

import ast
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.urls import resolve

from tests.architecture.test_url_matrix import GET, PEOPLE, address, world  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = [
    "\0",
    "\ud800",  # half of a surrogate pair
    "9" * 400,
    "-1",
    "9223372036854775808",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "\u202e%_\\'\"<&{{(",
    "x" * 1_000_000,
]
# Web servers refuse longer addresses, and each request is logged with its own.
LONGEST_IN_ADDRESS = 2_000
PARAMETERS = [
    "after",
    "before",
    "seen",
    "q",
    "sort",
    "all",
    "show",
    "tab",
    "macro",
    "follow_up",
    "reply",
    "next",
]
# The forms of allauth have a test of their own.
NOT_OURS = ("/account/log", "/account/password", "/account/email", "/account/signup")


class Forms(HTMLParser):
    """The forms of a page: method, address and fields with their values."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append((has.get("method", "get").lower(), has.get("action", ""), {}))
        if not self.found:
            return
        fields = self.found[-1][2]
        if tag in {"input", "select", "textarea", "button"} and has.get("name"):
            self.select = has["name"] if tag == "select" else ""
            is_choice = has.get("type") in {"radio", "checkbox"}
            if not is_choice or "checked" in has or has["name"] not in fields:
                # Fields that are empty get a word, so that the others are looked at.
                fields[has["name"]] = has.get("value") or "x"
        if tag == "option" and self.select and ("selected" in has or fields[self.select] == "x"):
            fields[self.select] = has.get("value", "")


@pytest.fixture(autouse=True)
def no_limits(settings):
    settings.RATE_LIMITS = False


def encoded(fields: dict[str, str]) -> str:
    pairs = [(quote(name), quote(value.encode("utf-8", "surrogatepass"))) for name, value in fields.items()]
    return "&".join(f"{name}={value}" for name, value in pairs)


def reader_of(name: str) -> str:
    return next(person for person in reversed(PEOPLE[:-1]) if GET[name][person] == 200)


# Not the file of another test, which is no page.
READABLE = [name for name in GET if 200 in list(GET[name].values())[:-1] and name != "tickets:attachment"]


SENT: set[tuple[str, str, str]] = set()


@pytest.mark.parametrize("name", READABLE)
def test_no_value_is_a_server_error(world, client_of, name):  # noqa: F811
    """Send each hostile value in the page's address, then in one field after the other of its forms."""
    client, path = client_of(world.people[reader_of(name)]), address(world, name)
    for value in HOSTILE:
        given = dict.fromkeys(PARAMETERS, value[:LONGEST_IN_ADDRESS])
        assert client.get(f"{path}?{encoded(given)}").status_code < 500, value[:40]
    page = client.get(path)
    if "html" not in page.headers["Content-Type"]:
        return
    for method, action, fields in Forms(page.text).found:
        target = urlsplit(action or path).path
        view = resolve(target).view_name
        for field in fields:
            if target.startswith(NOT_OURS) or (method, view, field) in SENT:
                continue
            SENT.add((method, view, field))
            for value in HOSTILE:
                if method == "post":
                    body = encoded(fields | {field: value})
                    response = client.post(target, body, "application/x-www-form-urlencoded")
                else:
                    given = fields | {field: value[:LONGEST_IN_ADDRESS]}
                    response = client.get(f"{target}?{encoded(given)}")
                assert response.status_code < 500, (view, field, value[:40])


def test_no_value_is_a_server_error_where_people_sign_in(cast, client, client_of, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    ben = client_of(cast.ben)
    for one, path in [
        (client, "/account/login/"),
        (client, "/account/password/reset/"),
        (ben, "/account/email/"),
    ]:
        forms = Forms(one.get(path).text).found
        fields = next(given for _, action, given in forms if action in {"", path})
        for field in fields:
            for value in HOSTILE:
                body = encoded(fields | {field: value})
                response = one.post(path, body, "application/x-www-form-urlencoded")
                assert response.status_code < 500, (field, value[:40])


def test_fields_for_days_and_numbers_have_bounds():
    """A plain field takes what can't be stored: use DayField and InstantField, or a largest number."""
    for app in ("supportcenter", "orgs", "billing", "tickets", "notifications"):
        for path in (ROOT / app).rglob("*.py"):
            if path.name == "bounds.py" or {"migrations", "local"} & set(path.parts):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                if getattr(node.func.value, "id", "") != "forms":
                    continue
                given = {each.arg for each in node.keywords}
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                assert node.func.attr not in {"DateField", "DateTimeField", "DurationField"}, where
                if node.func.attr in {"IntegerField", "DecimalField", "FloatField"}:
                    assert given & {"max_value", "max_digits"}, where
