"""The settings of a real site: HTTPS behind a proxy, at its own name only."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, sys, django
sys.modules["supportcenter.local"] = None  # production images don't have it
django.setup()
from django.conf import settings
from django.core.management import get_commands
from django.test import Client
proxied = Client(headers={"host": "support.example.com", "x-forwarded-proto": "https"})
plain = Client(headers={"host": "support.example.com"})
login = proxied.get("/account/login/")
print(json.dumps({
    "page": login.content.decode(),
    "login": login.status_code, "hsts": login.headers.get("Strict-Transport-Security"), "cookies": {name:
    [bool(each["secure"]), bool(each["httponly"]), each["samesite"], each["path"]] for name, each in
    login.cookies.items()}, "plain": [plain.get("/account/login/").status_code,
    plain.get("/account/login/").get("Location")], "probe": plain.get("/healthz").status_code, "elsewhere":
    Client(headers={"host": "evil.example"}).get("/account/login/").status_code, "mailbox":
    proxied.get("/dev/mail/").status_code, "has_demo_command": "demo" in get_commands(), "mentions_local":
    [name for name in dir(settings) if "supportcenter.local" in repr(getattr(settings, name))],
}))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict:
    environ = os.environ | {
        "STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
        "DJANGO_SETTINGS_MODULE": "supportcenter.settings",
        "SITE_URL": "https://support.example.com",
        "BEHIND_PROXY": "True",
        "DEBUG": "False",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    output = ""
    for command in (collect, [sys.executable, "-c", SCRIPT]):
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        output = done.stdout
    return json.loads(output.splitlines()[-1]) | {"static": Path(environ["STATIC_ROOT"])}


def sent(file: Path) -> int:
    """Return the bytes that a browser receives for a static file, with about 300 bytes of headers."""
    forms = [file, file.with_name(f"{file.name}.br"), file.with_name(f"{file.name}.gz")]
    return min(form.stat().st_size for form in forms if form.exists()) + 300


def test_site_answers_behind_its_proxy(answers):
    assert answers["login"] == 200
    assert answers["hsts"] == "max-age=31536000; includeSubDomains; preload"


def test_plain_http_leads_to_https_but_for_the_probes(answers):
    assert answers["plain"] == [301, "https://support.example.com/account/login/"]
    assert answers["probe"] == 200


def test_cookies_are_for_this_host_alone_and_out_of_reach(answers):
    assert answers["cookies"]
    for name, (secure, httponly, samesite, path) in answers["cookies"].items():
        assert name.startswith("__Host-")
        assert (secure, samesite, path) == (True, "Lax", "/")
        assert httponly or name == "__Host-csrf"


def test_other_names_are_refused(answers):
    assert answers["elsewhere"] == 400


def test_development_tools_are_not_installed(answers):
    assert answers["mailbox"] == 404
    assert not answers["has_demo_command"]
    assert answers["mentions_local"] == []


def test_first_visit_takes_few_requests_and_bytes(answers):
    """The page and its files, and what a list then loads: the icons, and the letters of a Polish name."""
    named = re.findall(r'(?:src|href)="/static/([^"#]+)', answers["page"])
    loaded = {answers["static"] / name for name in named}
    for pattern in ("vendor/tabler/icons.*.svg", "vendor/inter/inter-latin-europe.*.woff2"):
        loaded |= set(answers["static"].glob(pattern))
    assert {"site", "htmx-4", "inter-latin", "icons"} <= {path.name.split(".")[0] for path in loaded}
    assert 1 + len(loaded) <= 12
    assert 15_000 + sum(map(sent, loaded)) <= 180_000


def test_bundles_stand_for_all_style_sheets_and_modules(answers):
    assert len(re.findall(r'rel="stylesheet"', answers["page"])) == 1
    assert len(re.findall(r'type="module"', answers["page"])) == 1
    (bundle,) = answers["static"].glob("bundles/site.*.css")
    fonts = re.findall(r"url\(.?\.\./(vendor/inter/[\w.-]+)", bundle.read_text("utf-8"))
    assert len(fonts) == 6
    assert all((answers["static"] / name).exists() for name in fonts)


def test_static_files_may_be_read_by_the_user_that_serves_them(answers):
    """The image collects them as root."""
    files = [path for path in answers["static"].rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if not path.stat().st_mode & 0o004] == []
