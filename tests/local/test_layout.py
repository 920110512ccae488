"""The folders and sockets of a start."""

import stat
from pathlib import Path

import pytest

from supportcenter.local.errors import StartError
from supportcenter.local.layout import SOCKET_PATH_BYTES, Layout, private_folder, socket_path_fits


def test_sockets_are_in_var_when_the_path_is_short() -> None:
    layout = Layout(Path("/srv/site/var"))
    assert layout.postgres_sockets == Path("/srv/site/var/run/postgres")
    assert layout.valkey_socket == Path("/srv/site/var/run/valkey.sock")


@pytest.mark.parametrize(
    "var", [Path("/srv", "d" * 90, "var"), Path("/srv/my site/var"), Path("/srv/büro/var")]
)
def test_sockets_are_in_the_temp_dir_when_the_path_is_unsuitable(var: Path) -> None:
    sockets = Layout(var).postgres_sockets
    assert not sockets.is_relative_to(var)
    assert socket_path_fits(sockets / ".s.PGSQL.5432")


def test_two_checkouts_have_two_folders_in_the_temp_dir() -> None:
    one, other = (Layout(Path("/srv/my site", name, "var")).sockets for name in ("a", "b"))
    assert one != other


def test_the_longest_socket_path_is_what_the_kernel_accepts() -> None:
    assert socket_path_fits(Path("/" + "a" * (SOCKET_PATH_BYTES - 1)))
    assert not socket_path_fits(Path("/" + "a" * SOCKET_PATH_BYTES))


def test_private_folder_restricts_an_existing_folder(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o777)
    private_folder(tmp_path / "run")
    assert not stat.S_IMODE((tmp_path / "run").stat().st_mode) & 0o066


def test_private_folder_refuses_a_link_that_someone_else_created(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to(tmp_path)
    with pytest.raises(StartError, match="belongs to someone else"):
        private_folder(tmp_path / "run")
