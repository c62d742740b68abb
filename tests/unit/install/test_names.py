from __future__ import annotations

import ntpath
import posixpath
from pathlib import PurePosixPath

from hypothesis import example, given
from hypothesis import strategies as st

from bootstrap.install.strict_zip.names import (
    check_collisions,
    check_name,
    find_windows_rule,
    fold,
)
from bootstrap.install.wheel_rules import WheelValidationError

_PARTS = st.sampled_from(
    ["a", "B", "..", ".", "", "C:", "con", "aux.py", "x ", "y.", "\\", "nul", "ß", "é", "\0", "~"]
)
_NAMES = st.one_of(st.lists(_PARTS, max_size=5).map("/".join), st.text(max_size=20))


def _accepted(name: str) -> bool:
    try:
        check_name(name)
    except WheelValidationError:
        return False
    return True


@given(_NAMES)
@example("a/../../b")
@example("C:b")
def test_an_accepted_name_stays_inside_the_directory_it_is_joined_to(name: str) -> None:
    if not _accepted(name):
        return
    path = name.removesuffix("/")
    assert posixpath.normpath(posixpath.join("/root", path)) == f"/root/{path}"
    assert not PurePosixPath(path).is_absolute()
    if find_windows_rule(path) is not None:
        return
    joined = ntpath.normpath(ntpath.join("C:\\root", path))
    assert joined == "C:\\root\\" + path.replace("/", "\\")


@given(_NAMES, _NAMES)
def test_names_that_fold_to_the_same_are_refused_together(one: str, other: str) -> None:
    try:
        check_collisions([one, other])
    except WheelValidationError:
        return
    assert one != other
    files = [name for name in (one, other) if not name.endswith("/")]
    assert len({fold(name) for name in files}) == len(files)


@given(st.text())
def test_folding_is_stable(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold(name.upper().lower()) == fold(name.lower().upper().lower())
