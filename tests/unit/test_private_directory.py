from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bootstrap.private_directory import (
    NotPrivateError,
    check_private,
    check_private_in_shared,
    is_private_file,
    make_private,
)

needs_owners = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners to tell apart")
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
NOBODY = 65534
_ANOTHER, _STAFF = 12345, 23456


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Let files be writable by their group, as many systems do."""
    before = os.umask(0o002)
    yield
    os.umask(before)


@pytest.mark.posix_only("directories have modes")
def test_a_missing_directory_is_created_for_us_alone(tmp_path: Path) -> None:
    made = make_private(tmp_path / "a" / "b" / "c")
    assert made == tmp_path / "a" / "b" / "c"
    for directory in (made, made.parent, made.parent.parent):
        assert directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("open_umask")
@pytest.mark.posix_only("directories have modes")
def test_a_umask_that_lets_the_group_write_does_not_disable_what_was_created(
    tmp_path: Path,
) -> None:
    made = make_private(tmp_path / "a" / "b")
    assert make_private(made) == made
    assert made.parent.stat().st_mode & 0o777 == 0o700


def test_a_check_creates_nothing(tmp_path: Path) -> None:
    assert check_private(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert not (tmp_path / "a").exists()


@pytest.mark.posix_only("it creates a link")
def test_a_link_to_a_private_directory_is_followed_once(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real")
    assert make_private(tmp_path / "link") == tmp_path / "real"


@pytest.mark.posix_only(
    "nothing is checked on Windows, where directories inherit their access rights"
)
def test_a_file_at_the_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for directory in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError, match=r"(?i)not a directory"):
            make_private(directory)


@needs_owners
@pytest.mark.parametrize("relative", ["shared", "shared/mine", "shared/missing/deeper"])
def test_a_directory_that_other_users_can_write_to_is_refused_with_all_below_it(
    tmp_path: Path, relative: str
) -> None:
    (tmp_path / "shared" / "mine").mkdir(parents=True)
    (tmp_path / "shared" / "mine").chmod(0o700)
    (tmp_path / "shared").chmod(0o777)
    for function in (check_private, make_private):
        with pytest.raises(NotPrivateError, match=r"other users can write to .*shared"):
            function(tmp_path / relative)
    assert not (tmp_path / "shared" / "missing").exists()


@needs_owners
def test_a_directory_below_a_sticky_one_is_private_but_the_sticky_one_itself_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "sticky").mkdir()
    (tmp_path / "sticky").chmod(0o1777)
    assert make_private(tmp_path / "sticky" / "mine") == tmp_path / "sticky" / "mine"
    with pytest.raises(NotPrivateError, match="other users can write"):
        make_private(tmp_path / "sticky")


@needs_root
@pytest.mark.parametrize("relative", ["theirs", "theirs/ours", "theirs/missing"])
def test_a_directory_of_another_user_is_refused_with_all_below_it(
    tmp_path: Path, relative: str
) -> None:
    (tmp_path / "theirs" / "ours").mkdir(parents=True)
    (tmp_path / "theirs").chmod(0o755)
    os.chown(tmp_path / "theirs", NOBODY, NOBODY)
    with pytest.raises(NotPrivateError, match=r"theirs belongs to another user"):
        make_private(tmp_path / relative)
    assert not (tmp_path / "theirs" / "missing").exists()


@needs_root
@pytest.mark.parametrize("relative", ["group", "group/mine"])
def test_a_directory_that_a_group_can_write_to_is_refused(tmp_path: Path, relative: str) -> None:
    (tmp_path / "group" / "mine").mkdir(parents=True, mode=0o755)
    os.chown(tmp_path / "group", os.geteuid(), NOBODY)
    (tmp_path / "group").chmod(0o770)
    with pytest.raises(NotPrivateError, match=r"other users can write to .*group"):
        make_private(tmp_path / relative)


def has_own_group() -> bool:
    if not hasattr(os, "geteuid"):
        return False
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(os.getegid())
    except KeyError:
        return False
    return user.pw_name == group.gr_name and set(group.gr_mem) <= {user.pw_name}


@pytest.mark.skipif(not has_own_group(), reason="our group has other members")
def test_a_directory_that_our_own_group_can_write_to_is_private(tmp_path: Path) -> None:
    (tmp_path / "group").mkdir()
    os.chown(tmp_path / "group", os.geteuid(), os.getegid())
    (tmp_path / "group").chmod(0o775)
    assert make_private(tmp_path / "group") == tmp_path / "group"


@needs_owners
@pytest.mark.parametrize(
    ("change", "is_private"),
    [
        (lambda path: path.chmod(0o600), True),
        (lambda path: path.chmod(0o644), True),
        (lambda path: path.chmod(0o666), False),
        pytest.param(lambda path: os.chown(path, NOBODY, NOBODY), False, marks=needs_root),
    ],
)
def test_a_file_is_private_if_it_is_ours_and_nobody_else_can_write(
    tmp_path: Path,
    change: Callable[[Path], None],
    is_private: bool,
) -> None:
    path = tmp_path / "file"
    path.touch(mode=0o600)
    change(path)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert is_private_file(descriptor) is is_private
    finally:
        os.close(descriptor)


@needs_owners
def test_a_pipe_is_not_a_private_file() -> None:
    reading, writing = os.pipe()
    try:
        assert not is_private_file(reading)
    finally:
        os.close(reading)
        os.close(writing)


@pytest.fixture
def area(tmp_path: Path) -> Path:
    """A directory of ours in `parent`."""
    path = tmp_path / "parent" / "area"
    path.mkdir(parents=True, mode=0o700)
    path.parent.chmod(0o755)
    return path


@needs_root
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o720])
def test_a_directory_that_others_can_write_to_is_refused_in_a_shared_one(
    area: Path, mode: int
) -> None:
    os.chown(area, -1, _STAFF)
    area.chmod(mode)
    with pytest.raises(NotPrivateError, match="other users can write"):
        check_private_in_shared(area)


@needs_owners
def test_a_link_is_refused_in_a_shared_directory_even_to_a_directory_of_ours(area: Path) -> None:
    link = area.with_name("link")
    link.symlink_to(area)
    with pytest.raises(NotPrivateError, match="not a directory"):
        check_private_in_shared(link)


@needs_root
def test_a_directory_of_another_user_is_refused_in_a_shared_one(area: Path) -> None:
    os.chown(area, _ANOTHER, -1)
    with pytest.raises(NotPrivateError, match="belongs to another user"):
        check_private_in_shared(area)


@needs_root
def test_a_directory_inside_one_of_another_user_is_refused(area: Path) -> None:
    os.chown(area.parent, _ANOTHER, -1)
    with pytest.raises(NotPrivateError, match="parent belongs to another user"):
        check_private_in_shared(area)


@needs_owners
def test_a_parent_that_a_group_may_write_to_is_allowed(area: Path) -> None:
    area.parent.chmod(0o2775)  # Debian's /usr/local/lib
    check_private_in_shared(area)


@needs_owners
def test_a_parent_that_everybody_may_write_to_is_allowed_only_if_it_is_sticky(area: Path) -> None:
    area.parent.chmod(0o777)
    with pytest.raises(NotPrivateError, match="other users can write"):
        check_private_in_shared(area)
    area.parent.chmod(0o1777)  # /tmp
    check_private_in_shared(area)


@needs_root
@pytest.mark.parametrize(("mode", "is_allowed"), [(0o2775, True), (0o2755, False)])
def test_a_parent_of_another_member_of_our_group_is_allowed_where_the_group_may_write(
    mode: int, *, is_allowed: bool
) -> None:
    # Not below tmp_path, which only root may enter.
    parent = Path("/tmp", f"get-installer-test-{os.getpid()}")  # removed below
    area = parent / "area"
    area.mkdir(parents=True, mode=0o700)
    try:
        os.chown(parent, _ANOTHER, _STAFF)
        parent.chmod(mode)
        os.chown(area, _ANOTHER + 1, _STAFF)
        assert _as_user(_ANOTHER + 1, _STAFF, lambda: _is_refused(area)) is not is_allowed
    finally:
        area.rmdir()
        parent.rmdir()


def _is_refused(area: Path) -> bool:
    try:
        check_private_in_shared(area)
    except NotPrivateError:
        return True
    return False


def _as_user(user: int, group: int, question: Callable[[], bool]) -> bool:
    child = os.fork()
    if child == 0:
        status = 2
        try:
            os.setgroups([group])
            os.setgid(group)
            os.setuid(user)
            status = int(question())
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, 1}
    return bool(status)
