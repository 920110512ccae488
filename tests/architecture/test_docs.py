"""The documentation points to what exists, names what runs, and gives away no machine."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from supportcenter.celery import app
from supportcenter.local.__main__ import COMMANDS
from tests.architecture.test_deployment import services, supervised

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
# Put together from parts, so that this file does not hold what it looks for.
HOSTS = [
    "pypi." + "org",
    "pythonhosted." + "org",
    "registry.npm" + "js",
    "npmmirror." + "com",
    "ghcr." + "io",
]
PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Use" + "rs/"]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def kept_files() -> list[Path]:
    """All files that are or will be in the repository."""
    git = shutil.which("git")
    assert git
    argv = [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_point_to_files_that_exist(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    files = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [file for file in files if file and not (page.parent / file).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_in_text_exist(page):
    names = re.findall(
        r"`((?:tests|docs|supportcenter|templates|static|orgs|billing|tickets|notifications)/[\w./-]+)`",
        page.read_text(),
    )
    assert [name for name in names if not (ROOT / name).exists()] == []


def rows_of_where_to_change() -> list[str]:
    section = text_of("docs/architecture.md").split("## Where to change things")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", rows_of_where_to_change())
def test_place_to_change_something_is_there(row):
    """Each row names files that exist, and names that are in one of them."""
    quoted = [each for each in re.findall(r"`([^`]+)`", row) if not each.startswith("make ")]
    files = [ROOT / each for each in quoted if (ROOT / each).is_file()]
    text = "".join(file.read_text("utf-8") for file in files)
    names = [each.rsplit(".", 1)[-1].rstrip("…") for each in quoted if "/" not in each]
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=name_of)
def test_decision_fits_on_a_page(decision):
    assert re.fullmatch(r"\d{4}-[a-z-]+\.md", decision.name)
    assert len(decision.read_text("utf-8").splitlines()) <= 60


def test_operations_names_every_process():
    first_column = re.findall(r"^\| ([\w-]+) \|", text_of("docs/operations.md"), re.MULTILINE)
    assert set(first_column) >= set(services()) | set(supervised())


def test_operations_names_every_task_of_beat():
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {task for task in tasks if f"`{task}`" not in text_of("docs/operations.md")} == set()


def test_development_names_every_make_target():
    targets = set(re.findall(r"^([a-z]+):.*## ", text_of("Makefile"), re.MULTILINE)) - {"help"}
    assert {target for target in targets if f"`make {target}`" not in text_of("docs/development.md")} == set()


def test_readme_names_every_demo_login():
    from supportcenter.local.welcome import PEOPLE

    assert [email for email in PEOPLE if f"`{email}`" not in text_of("README.md")] == []


def test_every_requirement_has_its_reason():
    files = (ROOT / "requirements").glob("*.in")
    names = {name for file in files for name in re.findall(r"^([\w-]+)", file.read_text(), re.MULTILINE)}
    rows = set(re.findall(r"^\| ([\w-]+) \|", text_of("docs/dependencies.md"), re.MULTILINE))
    assert rows - {"Package"} == names - {"-r"}


def test_license_is_the_one_that_is_claimed():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in text_of("LICENSE")


def test_commands_of_the_makefile_exist():
    called = set(re.findall(r"\$\(LOCAL\) (\w+)", text_of("Makefile")))
    assert called <= set(COMMANDS)


def test_no_file_names_a_machine_or_a_package_registry():
    needle = re.compile("|".join(map(re.escape, [*HOSTS, *PATHS])))
    found = {}
    for path in kept_files():
        try:
            match = needle.search(path.read_text("utf-8"))
        except UnicodeDecodeError:
            continue
        if match:
            found[name_of(path)] = match[0]
    assert found == {}
