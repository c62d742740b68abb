"""`._pth` files, before and after `--fix-pth`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap.environment.installation_scheme import describe_target
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.pth_file import (
    HiddenSiteError,
    PthFileError,
    add_import_site,
    imports_site,
    patch_pth,
    require_site_visible,
)
from tests.unit.environment.pythons import RecordingUi, settings_for, target_of

DISTRIBUTED = b"""\
python313.zip\r
.\r
\r
# Uncomment to run site.main() automatically\r
#import site\r
"""
"""What Windows' embeddable distributions have; since 3.6 they differ in the number only."""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (DISTRIBUTED, DISTRIBUTED.replace(b"#import", b"import")),
        (b".\n#  import site\n../lib\n", b".\nimport site\n../lib\n"),
        (b".\n# import site", b".\nimport site"),
        (b"python.zip\r\n.\r\n", b"python.zip\r\n.\r\nimport site\r\n"),
        (b"python.zip\n.", b"python.zip\n.\nimport site\n"),
        (b"", b"import site\n"),
        (b"# do not import site\n", b"# do not import site\nimport site\n"),
        (b"#import sitecustomize\n", b"#import sitecustomize\nimport site\n"),
        ("Żółć\n".encode(), "Żółć\nimport site\n".encode()),
    ],
)
def test_one_line_is_activated_and_all_others_stay(content: bytes, expected: bytes) -> None:
    assert not imports_site(content)
    assert add_import_site(content) == expected
    assert imports_site(expected)


@pytest.mark.parametrize(
    "line", [b"import site\n", b"  import site  # and more\r\n", b".\nimport site"]
)
def test_a_line_that_getpath_accepts_is_accepted(line: bytes) -> None:
    assert imports_site(line)


@pytest.mark.parametrize("line", [b"import  site\n", b"import sites\n", b"; import site\n", b""])
def test_a_line_that_getpath_ignores_is_ignored(line: bytes) -> None:
    assert not imports_site(line)


def isolated_target(path: Path, content: bytes = DISTRIBUTED, **settings: Any) -> TargetEnvironment:
    """Return a target whose interpreter has a `._pth` file and looks nowhere else."""
    path.write_bytes(content)
    interpreter = target_of().interpreter
    assert interpreter is not None
    isolated = replace(interpreter, path=(path.parent,), pth_file=path)
    return describe_target(isolated, settings_for(**settings))


def test_a_hidden_site_is_an_error_before_anything_changes(tmp_path: Path) -> None:
    target = isolated_target(tmp_path / "python._pth")
    with pytest.raises(HiddenSiteError, match=r"python\._pth.*could be imported") as raised:
        require_site_visible(target, fix=False)
    assert "--fix-pth" in str(raised.value.hint)
    require_site_visible(target, fix=True)


def test_a_scheme_that_is_imported_from_anyway_is_not_hidden(tmp_path: Path) -> None:
    file = tmp_path / "python._pth"
    assert isolated_target(file, b".\nimport site\n").hidden_by is None
    for place in ("root", "prefix", "directory"):
        elsewhere: dict[str, Any] = {place: tmp_path / "elsewhere"}
        assert isolated_target(file, **elsewhere).hidden_by is None
    listed = isolated_target(file)
    assert listed.interpreter is not None
    looks = replace(listed.interpreter, path=(listed.scheme.purelib,))
    assert describe_target(looks, settings_for()).hidden_by is None


def test_patching_keeps_a_backup(tmp_path: Path) -> None:
    path, ui = tmp_path / "python._pth", RecordingUi()
    target = isolated_target(path)
    path.chmod(0o640)
    with patch_pth(target, ui):
        assert imports_site(path.read_bytes())
    kept = tmp_path / "python._pth.before-fix-pth"
    assert kept.read_bytes() == DISTRIBUTED
    assert {each.stat().st_mode & 0o777 for each in (path, kept)} == {0o640}
    assert str(path) in ui.text
    assert kept.name in ui.text
    kept.replace(path)
    assert list(tmp_path.glob("python*")) == [path]
    assert path.read_bytes() == DISTRIBUTED


def test_after_a_failure_the_file_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "python._pth"

    def failing() -> None:
        with patch_pth(isolated_target(path), RecordingUi()):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        failing()
    assert path.read_bytes() == DISTRIBUTED
    assert list(tmp_path.glob("python*")) == [path]


def test_an_older_backup_is_not_overwritten(tmp_path: Path) -> None:
    path, kept = tmp_path / "python._pth", tmp_path / "python._pth.before-fix-pth"
    kept.write_bytes(b"precious")
    (tmp_path / "python._pth.new").write_bytes(b"of a run that was killed")
    with patch_pth(isolated_target(path), RecordingUi()):
        pass
    assert kept.read_bytes() == b"precious"
    assert (tmp_path / "python._pth.before-fix-pth1").read_bytes() == DISTRIBUTED
    assert len(list(tmp_path.glob("python*"))) == 3


def test_a_file_that_cannot_be_changed_is_an_error_before_anything_changes(tmp_path: Path) -> None:
    target = isolated_target(tmp_path / "python._pth")
    (tmp_path / "python._pth.new").mkdir()  # root may change what is read-only

    def patch() -> None:
        with patch_pth(target, RecordingUi()):
            raise AssertionError

    with pytest.raises(PthFileError, match="cannot be changed"):
        patch()
    assert (tmp_path / "python._pth").read_bytes() == DISTRIBUTED
