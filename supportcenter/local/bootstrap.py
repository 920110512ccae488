"""Makes `.venv` from the lock file that is asked for, and does nothing when it is there already.

Runs on the system's Python before anything is installed, so it uses the standard library alone. The lock file
is copied into `.venv` as the last step of an installation: the copy says what is installed, completely.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# Which installed lock serves which need: what tests need holds what `make run` needs, in the same versions.
SERVED_BY = {"local": ("local", "test"), "test": ("test",)}


class BootstrapError(Exception):
    """The installation cannot go on; the message is one line with the remedy."""


def lock_file(checkout: Path, name: str) -> Path:
    return checkout / "requirements" / f"{name}.txt"


def marker(checkout: Path, name: str) -> Path:
    return checkout / ".venv" / f"installed-{name}.txt"


def is_installed(checkout: Path, need: str) -> bool:
    """Whether `.venv` holds what the need's lock file says now and its Python works."""
    for name in SERVED_BY[need]:
        copy = marker(checkout, name)
        if copy.exists() and copy.read_bytes() == lock_file(checkout, name).read_bytes():
            return works(checkout)
    return False


def works(checkout: Path) -> bool:
    """False after the system's Python was replaced by another version under our feet."""
    python = checkout / ".venv" / "bin" / "python"
    return python.exists() and not subprocess.run([python, "-c", "import django"], check=False).returncode


def install(checkout: Path, need: str) -> None:
    """Install the lock file into `.venv`, a new one unless the one that is there is whole and works."""
    venv = checkout / ".venv"
    copies = list(venv.glob("installed-*.txt"))
    if venv.exists() and not (copies and works(checkout)):
        print(".venv is unfinished or its Python is gone: making it anew.", flush=True)
        shutil.rmtree(venv)
    print(f"Installing requirements/{need}.txt into .venv …", flush=True)
    for copy in copies:
        copy.unlink(missing_ok=True)
    if not venv.exists():
        make_venv(venv)
    options = ["-qq", "--no-input", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    requirements = lock_file(checkout, need)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(requirements)]
    if subprocess.run(pip, check=False).returncode:
        raise BootstrapError("pip could not install everything, see above: mend that and run make again")
    fresh = marker(checkout, need).with_suffix(".new")
    shutil.copyfile(requirements, fresh)
    fresh.replace(marker(checkout, need))


def make_venv(venv: Path) -> None:
    if find_spec("ensurepip") is None:
        raise BootstrapError("this Python cannot make virtual environments: apt-get install python3-venv")
    done = subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = ((done.stderr or done.stdout).strip().splitlines() or ["no reason given"])[-1]
        raise BootstrapError(f"python -m venv failed ({reason}): name another Python with PYTHON=")


def main(checkout: Path, need: str) -> int:
    """Have `.venv` fit the need; 1 after one line that says why that is not possible."""
    if is_installed(checkout, need):
        return 0
    # Two make commands at once must not install into one folder: the second waits here and finds it done.
    folder = os.open(checkout, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        if not is_installed(checkout, need):
            install(checkout, need)
    except BootstrapError as error:
        print(f"make: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted; the next make begins the installation anew.", file=sys.stderr)
    except OSError as error:
        reason = f"cannot write {error.filename} ({error.strerror})"
        print(f"make: {reason}: make it writable for you", file=sys.stderr)
    else:
        return 0
    finally:
        os.close(folder)
    return 1


if __name__ == "__main__":
    sys.exit(main(CHECKOUT, sys.argv[1]))
