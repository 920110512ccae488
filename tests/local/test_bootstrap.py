"""How `.venv` is created, without creating one."""

import subprocess
from pathlib import Path

import pytest

from supportcenter.local import bootstrap


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose `.venv` gets a Python that succeeds at everything."""
    (tmp_path / "requirements").mkdir()
    for name in ("local", "test"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    monkeypatch.setattr(bootstrap, "create_venv", lambda venv: put_python(venv, "exit 0"))
    return tmp_path


def put_python(venv: Path, script: str) -> None:
    python = venv / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def test_an_installation_is_done_once(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(checkout, "local") == 0
    assert "Installing requirements/local.txt" in capsys.readouterr().out
    assert bootstrap.main(checkout, "local") == 0
    assert capsys.readouterr().out == ""


def test_a_changed_lock_is_installed(checkout: Path) -> None:
    bootstrap.main(checkout, "local")
    (checkout / "requirements" / "local.txt").write_text("local==2\n")
    assert not bootstrap.is_installed(checkout, "local")
    assert bootstrap.main(checkout, "local") == 0
    assert bootstrap.is_installed(checkout, "local")


def test_an_installation_for_tests_covers_a_run(checkout: Path) -> None:
    bootstrap.main(checkout, "test")
    assert bootstrap.is_installed(checkout, "local")


def test_an_installation_for_a_run_does_not_cover_tests(checkout: Path) -> None:
    bootstrap.main(checkout, "local")
    assert not bootstrap.is_installed(checkout, "test")


def test_an_interrupted_installation_starts_over(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_python(checkout / ".venv", "exit 0")
    (checkout / ".venv" / "half").touch()
    assert bootstrap.main(checkout, "local") == 0
    assert "recreating it" in capsys.readouterr().out
    assert not (checkout / ".venv" / "half").exists()


def test_a_failed_installation_does_not_count(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "create_venv", lambda venv: put_python(venv, 'test "$1" = -c'))
    assert bootstrap.main(checkout, "local") == 1
    assert "pip could not install everything" in capsys.readouterr().err
    assert not bootstrap.is_installed(checkout, "local")


def test_error_says_how_to_install_the_venv_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None)
    with pytest.raises(bootstrap.BootstrapError, match="apt-get install python3-venv"):
        bootstrap.create_venv(tmp_path / ".venv")


def test_error_about_an_old_python_is_one_line(tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        put_python(tmp_path, 'test "$1" = --version && echo Python 3.9.2')
        (tmp_path / "bin" / "python").rename(tmp_path / "bin" / name)
    script = Path(bootstrap.__file__).with_name("bootstrap.sh")
    environ = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", script, "local"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("make: Python 3.11 or newer is needed, found Python 3.9.2: ")
    assert done.stderr.count("\n") == 1
