from __future__ import annotations

import json
from pathlib import Path

import pytest

from bootstrap.environment.build_details import BuildDetailsError, read_build_details
from tests.unit.environment.pythons import target_of

DETAILS = {
    "schema_version": "1.0",
    "base_prefix": "../..",
    "base_interpreter": "bin/python3.14",
    "platform": "linux-aarch64",
    "language": {
        "version": "3.14",
        "version_info": {
            "major": 3, "minor": 14, "micro": 2, "releaselevel": "final", "serial": 0,
        },
    },
    "implementation": {
        "name": "cpython",
        "version": {"major": 3, "minor": 14, "micro": 2, "releaselevel": "final", "serial": 0},
        "hexversion": 51249904,
        "cache_tag": "cpython-314",
        "_multiarch": "aarch64-linux-gnu",
    },
    "abi": {"flags": [], "extension_suffix": ".cpython-314-aarch64-linux-gnu.so"},
}  # fmt: skip


def install(prefix: Path, **changes: object) -> Path:
    """Write the description where Python 3.14 does."""
    path = prefix / "lib" / "python3.14" / "build-details.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({**DETAILS, **changes}))
    return path


def test_a_python_that_is_only_described_is_a_target(tmp_path: Path) -> None:
    path = install(tmp_path)
    for named in (path, tmp_path):
        target = target_of(named)
        assert not target.runnable
        assert target.version_info == (3, 14, 2)
        assert target.executable == tmp_path / "bin" / "python3.14"
        assert target.scheme.purelib == tmp_path / "lib" / "python3.14" / "site-packages"
        assert str(target.tags[0]) == "cp314-cp314-linux_aarch64"
        assert "cp314-cp314-manylinux2014_aarch64" in set(map(str, target.tags))
        assert target.markers["platform_machine"] == "aarch64"
        assert target.markers["sys_platform"] == "linux"


def test_an_interpreter_for_another_machine_is_described_by_the_file_beside_it(
    tmp_path: Path,
) -> None:
    install(tmp_path)
    foreign = tmp_path / "bin" / "python3"
    foreign.parent.mkdir()
    foreign.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(100))
    foreign.chmod(0o755)
    assert target_of(foreign).version_info == (3, 14, 2)
    assert target_of(tmp_path).version_info == (3, 14, 2)


def test_an_image_is_installed_into_by_root(tmp_path: Path) -> None:
    path = install(tmp_path / "usr", base_prefix="/usr", base_interpreter="/usr/bin/python3")
    target = target_of(path, root=tmp_path)
    library = tmp_path / "usr" / "lib" / "python3.14" / "site-packages"
    assert target.scheme.purelib == library
    assert target.script_executable == "/usr/bin/python3"


def test_musl_free_threads_and_debugging_are_seen(tmp_path: Path) -> None:
    implementation = {**DETAILS["implementation"], "_multiarch": "aarch64-linux-musl"}  # type: ignore[dict-item]  # it is a dict
    path = install(tmp_path, implementation=implementation, abi={"flags": ["t", "d"]})
    tags = list(map(str, target_of(path).tags))
    assert tags[0] == "cp314-cp314td-linux_aarch64"
    assert "cp314-cp314t-musllinux_1_1_aarch64" in tags
    assert not any("manylinux" in tag for tag in tags)
    assert target_of(path).scheme.purelib.parent.name == "python3.14t"


def test_windows_and_macos_have_their_own_layout_and_markers(tmp_path: Path) -> None:
    windows = install(tmp_path / "w", platform="win-amd64", base_interpreter="python.exe")
    target = target_of(windows)
    assert target.scheme.scripts == tmp_path / "w" / "Scripts"
    assert target.markers["platform_machine"] == "AMD64"
    assert (target.markers["sys_platform"], target.markers["os_name"]) == ("win32", "nt")
    mac = target_of(install(tmp_path / "m", platform="macosx-11.0-arm64"))
    assert str(mac.tags[0]) == "cp314-cp314-macosx_11_0_arm64"
    assert mac.markers["platform_system"] == "Darwin"


def test_a_pre_release_has_the_version_of_one(tmp_path: Path) -> None:
    info = {"major": 3, "minor": 15, "micro": 0, "releaselevel": "candidate", "serial": 1}
    target = target_of(install(tmp_path, language={"version": "3.15", "version_info": info}))
    assert target.markers["python_full_version"] == "3.15.0rc1"
    assert target.python_version.is_prerelease


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError: 'schema_version'"),
        ('{"schema_version": "2.0"}', "schema_version is '2.0'"),
    ],
)
def test_an_invalid_file_is_an_error(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "build-details.json"
    path.write_text(text)
    with pytest.raises(BuildDetailsError) as raised:
        read_build_details(path)
    assert found in str(raised.value)
    assert str(path) in str(raised.value)
