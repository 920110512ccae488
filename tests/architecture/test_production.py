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
    scripts = Path(environ["STATIC_ROOT"], "js").glob("*.*.js")
    imports = [
        each for path in scripts for each in re.findall(r'^import .* from "(.*)";', path.read_text(), re.M)
    ]
    return json.loads(output.splitlines()[-1]) | {"imports": imports}


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


def test_scripts_import_each_other_by_the_names_that_pages_load(answers):
    assert answers["imports"]
    assert all(re.fullmatch(r"\./[a-z-]+\.[0-9a-f]{12}\.js", each) for each in answers["imports"])
