"""Where `make run` stores its files: in one folder, `var/` in the checkout."""

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
# The size of the kernel's `sockaddr_un`, without the final zero.
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
# Paths of these characters need no quoting in URLs and PostgreSQL's settings.
PLAIN_PATH = re.compile(r"[\w./+-]+", re.ASCII)


@dataclass(frozen=True)
class Layout:
    """The files of one `var/` folder, which must be an absolute path."""

    var: Path

    @classmethod
    def from_environ(cls) -> "Layout":
        """Return the layout of `VAR_DIR`, or of `var/` in the checkout."""
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
        """Exists once the database is prepared; web, worker, beat and mail wait for it."""
        return self.run / "ready"

    @property
    def postgres_data(self) -> Path:
        return self.var / "postgres"

    @property
    def valkey_data(self) -> Path:
        return self.var / "valkey"

    @cached_property
    def sockets(self) -> Path:
        """The folder of the sockets: `var/run`, or one in the temp dir if that path is unsuitable."""
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
        """Create the folders that don't exist yet; an `OSError` names the one that can't be written."""
        self.var.mkdir(parents=True, exist_ok=True)
        private_folder(self.run)
        private_folder(self.sockets)


def socket_path_fits(path: Path) -> bool:
    """Whether the path is short enough for a Unix socket and needs no quoting in a URL."""
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES and bool(PLAIN_PATH.fullmatch(str(path)))


def private_folder(path: Path) -> None:
    """Create a private folder, or accept an existing one only if it belongs to this user.

    Anyone can create a folder of this name in the temp dir. A folder of root can be entered (not listed) by
    others, because PostgreSQL runs as another user and has its own folder inside.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    with suppress(FileExistsError):
        path.mkdir(mode=mode)
    state = path.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
        raise StartError(f"{path} belongs to someone else: remove it, or set TMPDIR to a folder of your own")
    path.chmod(mode)
