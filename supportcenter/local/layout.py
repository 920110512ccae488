"""Where `make run` keeps things: below one folder, `var/` in the checkout."""

import hashlib
import os
import re
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from supportcenter.local.errors import StartError

CHECKOUT = Path(__file__).resolve().parents[2]
# What the kernel's `sockaddr_un` holds, without the ending zero.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
# Paths of these characters stand in URLs and in PostgreSQL's settings as they are.
PLAIN_PATH = re.compile(r"[\w./+-]+", re.ASCII)


@dataclass(frozen=True)
class Layout:
    """The files of one `var/` folder, which must be an absolute path."""

    var: Path

    @classmethod
    def from_environ(cls) -> "Layout":
        """The checkout's own `var/`, or the folder in `VAR_DIR` (for tests of the start itself)."""
        return cls(Path(os.environ.get("VAR_DIR") or CHECKOUT / "var").resolve())

    @property
    def lock(self) -> Path:
        return self.var / "run.lock"

    @property
    def env(self) -> Path:
        return self.var / "env"

    @property
    def mail(self) -> Path:
        return self.var / "mail"

    @property
    def files(self) -> Path:
        return self.var / "files"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def ready(self) -> Path:
        """Exists while the database is prepared, which web, worker, beat and mail wait for."""
        return self.run / "ready"

    @property
    def postgres_data(self) -> Path:
        return self.var / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.var / "valkey"

    @cached_property
    def sockets(self) -> Path:
        """Where sockets are: `var/run`, or a folder in the temp dir when a path there would not do."""
        if socket_path_fits(self.run / "postgres" / ".s.PGSQL.5432"):
            return self.run
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:16]
        folder = f"supportcenter-{os.geteuid()}-{digest}"
        near = Path(tempfile.gettempdir(), folder)
        return near if socket_path_fits(near / "postgres" / ".s.PGSQL.5432") else Path("/tmp", folder)  # noqa: S108

    @property
    def postgres_sockets(self) -> Path:
        return self.sockets / "postgres"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def create(self) -> None:
        """Make the folders that do not exist yet; an `OSError` names the one that cannot be written."""
        self.var.mkdir(parents=True, exist_ok=True)
        private_folder(self.run)
        private_folder(self.sockets)


def socket_path_fits(path: Path) -> bool:
    """Whether a Unix socket can be at this path and the path can be written into a URL unquoted."""
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES and bool(PLAIN_PATH.fullmatch(str(path)))


def private_folder(path: Path) -> None:
    """Make a folder that is this user's alone, or accept it only if it is this user's already.

    The temp dir is everybody's: somebody else may have put a folder of this name there. As root, others may
    pass (not list) the folder, because PostgreSQL runs as another user and has its own folder inside.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    with suppress(FileExistsError):
        path.mkdir(mode=mode)
    state = path.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
        raise StartError(f"{path} belongs to somebody else: remove it, or set TMPDIR to a folder of your own")
    path.chmod(mode)
