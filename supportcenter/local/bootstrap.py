"""Create `.venv` from a lock file, unless it is up to date already.

Runs on the system's Python before anything is installed, so it uses the standard library only. The last step
of an installation copies the lock file into `.venv`: the copy proves that all of it is installed.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# Which installed lock files cover which need: the one for tests includes all of `make run`, in the same
# versions.
COVERED_BY = {"local": ("local", "test"), "test": ("test",)}


class BootstrapError(Exception):
    """The installation cannot continue; the message is one line that includes how to fix it."""


def lock_file(checkout: Path, name: str) -> Path:
    return checkout / "requirements" / f"{name}.txt"


def marker(checkout: Path, name: str) -> Path:
    return checkout / ".venv" / f"installed-{name}.txt"


def is_installed(checkout: Path, need: str) -> bool:
    """Whether `.venv` matches the current lock file and its Python works."""
    for name in COVERED_BY[need]:
        copy = marker(checkout, name)
        if copy.exists() and copy.read_bytes() == lock_file(checkout, name).read_bytes():
            return works(checkout)
    return False


def works(checkout: Path) -> bool:
    """Whether the Python in `.venv` still runs; it doesn't after an upgrade of the system's Python."""
    python = checkout / ".venv" / "bin" / "python"
    return python.exists() and not subprocess.run([python, "-c", "import django"], check=False).returncode


def install(checkout: Path, need: str) -> None:
    """Install the lock file into `.venv`; recreate `.venv` if it is incomplete or broken."""
    venv = checkout / ".venv"
    copies = list(venv.glob("installed-*.txt"))
    if venv.exists() and not (copies and works(checkout)):
        print(".venv is incomplete or its Python is gone: recreating it.", flush=True)
        shutil.rmtree(venv)
    print(f"Installing requirements/{need}.txt into .venv …", flush=True)
    for copy in copies:
        copy.unlink(missing_ok=True)
    if not venv.exists():
        create_venv(venv)
    options = ["-qq", "--no-input", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    requirements = lock_file(checkout, need)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(requirements)]
    if subprocess.run(pip, check=False).returncode:
        raise BootstrapError("pip could not install everything, see above: fix that and run make again")
    fresh = marker(checkout, need).with_suffix(".new")
    shutil.copyfile(requirements, fresh)
    fresh.replace(marker(checkout, need))


def create_venv(venv: Path) -> None:
    if find_spec("ensurepip") is None:
        raise BootstrapError("this Python cannot create virtual environments: apt-get install python3-venv")
    done = subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = ((done.stderr or done.stdout).strip().splitlines() or ["no reason given"])[-1]
        raise BootstrapError(f"python -m venv failed ({reason}): choose another Python with PYTHON=")


def main(checkout: Path, need: str) -> int:
    """Bring `.venv` up to date; return 1 after one line that says why that failed."""
    if is_installed(checkout, need):
        return 0
    # Two make commands must not install at the same time: the second waits here and finds the work done.
    folder = os.open(checkout, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        if not is_installed(checkout, need):
            install(checkout, need)
    except BootstrapError as error:
        print(f"make: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted. The next make will start the installation over.", file=sys.stderr)
    except OSError as error:
        reason = f"cannot write {error.filename} ({error.strerror})"
        print(f"make: {reason}: check its permissions", file=sys.stderr)
    else:
        return 0
    finally:
        os.close(folder)
    return 1


if __name__ == "__main__":
    sys.exit(main(CHECKOUT, sys.argv[1]))
