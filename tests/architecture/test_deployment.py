"""The files for deployment agree with `make run` and require every secret."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from supportcenter.local.layout import Layout
from supportcenter.local.supervise import WORKERS, app_commands
from tests.waiting import LIMIT_SECONDS

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent
FILE = "docker-compose.yml"
COMPOSE = (ROOT / FILE).read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SECRETS = {
    "SITE_URL": "https://support.example.com",
    "SECRET_KEY": "secret",
    "POSTGRES_PASSWORD": "secret",
    "VALKEY_PASSWORD": "secret",
    "EMAIL_URL": "smtp://mail:1025",
}
# What must differ: where the web server listens and where beat keeps its file.
OWN = ("--bind", "--schedule")


def services() -> dict[str, str]:
    """Return the text of each service in docker-compose.yml."""
    section = re.search(r"^services:\n(.*?)^\w", COMPOSE, re.MULTILINE | re.DOTALL)
    assert section
    _, *parts = re.split(r"^  (\w+):\n", section[1], flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def command_of(service: str) -> list[str]:
    found = re.search(r"^    command:\s+(\[.*?\])$", services()[service], re.MULTILINE | re.DOTALL)
    assert found
    return json.loads(found[1])


def without_places(command: list[str]) -> list[str]:
    """Return a command without the interpreter and the values of ``OWN``."""
    values = [command.index(option) + 1 for option in OWN if option in command]
    return [word for index, word in enumerate(command) if index and index not in values]


def supervised() -> dict[str, list[str]]:
    values = {"PORT": "8000", "EMAIL_URL": "smtp://127.0.0.1:9", "DEV_MAILBOX": "mail"}
    return app_commands(Layout(Path("/var")), values, {})


@pytest.mark.parametrize("name", ["web", "beat", *WORKERS])
def test_deployed_process_is_the_one_that_make_run_starts(name):
    assert supervised()[name][0] == sys.executable
    assert without_places(command_of(name)) == without_places(supervised()[name])


def test_every_queue_has_a_worker():
    assert {queue for queue, _ in WORKERS.values()} == {queue.name for queue in settings.CELERY_TASK_QUEUES}


def test_image_starts_the_web_server_by_default():
    found = re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found
    assert json.loads(found[1]) == command_of("web")


def test_every_process_of_make_run_but_the_mail_catcher_is_deployed():
    assert set(supervised()) - {"mail"} <= set(services())


@pytest.mark.parametrize("name", sorted(set(services()) - {"web"}))
def test_service_has_a_health_check(name):
    assert "    healthcheck:" in services()[name]


def test_image_runs_as_an_ordinary_user_and_checks_itself():
    assert re.search(r"^USER app$", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*/healthz", DOCKERFILE, re.MULTILINE | re.DOTALL)


def test_proxy_compresses_pages():
    assert re.search(r"^\tencode zstd gzip$", (ROOT / "Caddyfile").read_text("utf-8"), re.MULTILINE)


def test_no_secret_has_a_default():
    for name in SECRETS:
        uses = re.findall(rf"\${{{name}[^}}]*}}", COMPOSE)
        assert uses == [f"${{{name}:?set {name} in .env}}"] * len(uses)
        assert uses


def test_every_variable_that_is_asked_for_is_in_the_example():
    asked = set(re.findall(r"\${(\w+):\?", COMPOSE))
    example = (ROOT / ".env.example").read_text("utf-8")
    assert asked == set(SECRETS)
    assert asked <= set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def run(*argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the virtual environment with these variables and no others."""
    program, *arguments = argv
    return subprocess.run(  # noqa: S603
        [SCRIPTS / program, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )


def composed(tmp_path: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Read docker-compose.yml as `docker compose config` does, without an `.env` file."""
    nothing = tmp_path / "empty.env"
    nothing.touch()
    return run("podman-compose", "--dry-run", "--env-file", str(nothing), "--file", FILE, "config", **environ)


def test_compose_file_is_valid():
    done = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE)
    assert done.returncode == 0, done.stdout


def test_compose_file_is_complete_with_all_secrets(tmp_path):
    done = composed(tmp_path, **SECRETS)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SECRETS)
def test_compose_stops_where_a_secret_is_missing(tmp_path, name):
    done = composed(tmp_path, **SECRETS | {name: ""})
    assert done.returncode != 0
    assert f"set {name} in .env" in done.stderr
