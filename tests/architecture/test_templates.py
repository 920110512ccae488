"""What the templates may use. Together with ``StrictUndefined``, a misspelled name cannot get far."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines
from django.template.loader import get_template
from django.urls import URLResolver, get_resolver, reverse
from jinja2 import meta, nodes

ROOT = Path(__file__).resolve().parents[2] / "templates"
# What every page has besides the globals: from Django's backend, orgs/context.py and Jinja2's own scopes.
EVERYWHERE = {"caller", "csrf_input", "csrf_token", "frame", "loop", "messages", "request", "user"}
BEHAVIOR = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|\shx-on|javascript:", re.IGNORECASE
)
# Rendered Markdown, and help texts of forms, which are ours.
MAY_BE_SAFE = {"entry.html", "comment.html", "each.html", "update.html", "html", "field.help_text"}


def paths() -> list[Path]:
    return sorted(ROOT.rglob("*.*"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> nodes.Template:
    return engines["jinja2"].env.parse(path.read_text())


def set_inside(tree: nodes.Template) -> set[str]:
    """The names that a template imports or sets itself."""
    imported = {
        name if isinstance(name, str) else name[1]
        for each in tree.find_all(nodes.FromImport)
        for name in each.names
    }
    stored = {each.name for each in tree.find_all(nodes.Name) if each.ctx == "store"}
    return imported | stored


each_template = pytest.mark.parametrize("path", paths(), ids=name_of)


@each_template
def test_template_compiles_and_brings_no_behavior_of_its_own(path):
    get_template(name_of(path))
    if "email" not in path.parts:
        assert not BEHAVIOR.search(path.read_text())


@each_template
def test_macros_use_only_their_arguments(path):
    """A macro is imported without the context of the page: any other name fails when it is called."""
    tree = tree_of(path)
    known = {"caller", "loop"} | set(engines["jinja2"].env.globals) | set_inside(tree)
    known |= {macro.name for macro in tree.find_all(nodes.Macro)}
    for macro in tree.find_all(nodes.Macro):
        body = nodes.Template([nodes.Scope(list(macro.body))], lineno=macro.lineno)
        body.set_environment(engines["jinja2"].env)
        assert meta.find_undeclared_variables(body) - known <= {each.name for each in macro.args}, macro.name


@each_template
def test_comment_at_the_top_names_what_the_template_needs(path):
    tree = tree_of(path)
    known = EVERYWHERE | set(engines["jinja2"].env.globals) | set_inside(tree)
    needed = meta.find_undeclared_variables(tree) - known
    documented = re.match(r"\{#(.*?)#\}", path.read_text(), re.DOTALL)
    assert needed <= set(re.findall(r"\w+", documented[1] if documented else ""))


def test_methods_are_called():
    """Jinja2 calls nothing by itself: ``ticket.get_absolute_url`` alone is always true."""
    methods = {
        name
        for model in apps.get_models()
        for name in dir(model)
        if callable(getattr(model, name, None)) and not name.startswith("_") and name != "objects"
    } | {
        "value",
        "visible_fields",
        "hidden_fields",
        "non_field_errors",
        "all",
        "count",
        "exists",
        "items",
        "splitlines",
    }
    attributes = {field.name for model in apps.get_models() for field in model._meta.get_fields()}
    attributes |= {"count", "remove"}  # of a tab, of what is allowed
    found = []
    for path in paths():
        tree = tree_of(path)
        called = {id(each.node) for each in tree.find_all(nodes.Call)}
        found += [
            f"{name_of(path)}:{each.lineno} {each.attr}"
            for each in tree.find_all(nodes.Getattr)
            if each.attr in methods - attributes and id(each) not in called
        ]
    assert found == []


def test_safe_is_used_on_rendered_markdown_only():
    used = {
        match for path in paths() for match in re.findall(r"\{\{\s*([^}]*?)\s*\|\s*safe\b", path.read_text())
    }
    assert used <= MAY_BE_SAFE


def views_of(patterns) -> Iterator[object]:
    for each in patterns:
        yield from views_of(each.url_patterns) if isinstance(each, URLResolver) else [each.callback]


def test_all_pages_of_allauth_are_ours():
    """Its own pages would extend layouts in Django's syntax, without our frame."""
    views = (getattr(each, "view_class", None) for each in views_of(get_resolver().url_patterns))
    named = {getattr(each, "template_name", "") for each in views if each and "allauth" in each.__module__}
    # Only reachable while a code is waited for, and codes are off (ACCOUNT_LOGIN_BY_CODE_ENABLED).
    named -= {"account/confirm_login_code.html"}
    assert len(named) > 10
    assert {name for name in named if name and not (ROOT / name).exists()} == set()


def test_page_for_codes_is_out_of_reach(client, db):
    assert client.get(reverse("account_confirm_login_code")).status_code == 302


@pytest.mark.parametrize("page", ["base.html", "errors/_base.html"])
def test_preloaded_font_is_the_one_for_latin(page):
    """Browser tests allow that a slow machine preloads it in vain (tests/browser/conftest.py)."""
    preloaded = re.findall(
        r"""rel="preload" href="{{ static\('([^']+)'\) }}" as="font\"""", (ROOT / page).read_text()
    )
    styles = (ROOT.parent / "static/css/base.css").read_text()
    faces = re.findall(r'url\("\.\./([^"]+)"\)[^;]*;\s*unicode-range: ([^;]+);', styles)
    assert preloaded == [name for name, scripts in faces if scripts.startswith("U+0000-00FF")]
