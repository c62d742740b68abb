"""From a resolution to a lock, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor import tomli
from bootstrap._vendor.packaging.pylock import Pylock
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.settings import FormatControl
from bootstrap.location import Location
from bootstrap.lock.errors import UnlockableError
from bootstrap.lock.read import parse_lock
from bootstrap.lock.resolve import LockContext, resolve_lock
from bootstrap.lock.write import LockedTarget, lock_text
from bootstrap.metadata.direct_url import direct_url_for_archive
from bootstrap.preparer.wheels import DownloadInfo
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import Resolved, ResolveRequest
from bootstrap.trust.hashes import Hashes
from tests.unit.lock.targets import Source, a_target

SHA = "a" * 64


def info_of(
    name: str, version: str = "1.0", *, url: str = "", needed_by: str = "", **changes: Any
) -> DownloadInfo:
    filename = f"{name}-{version}-py3-none-any.whl"
    url = url or f"https://me:secret@files.example/{filename}"
    file = DistributionFile(
        filename, url, Hashes.of([("sha256", SHA)]), index_url="https://me:secret@index.example/"
    )
    project = NormalizedName(name)
    candidate = Candidate(project, Version(version), file, is_wheel=True)
    parents = (NormalizedName(needed_by),) if needed_by else ()
    resolved = Resolved(
        project, Version(version), replace(candidate, **changes), required_by=parents
    )
    return DownloadInfo(resolved, direct_url_for_archive(url, SHA), b"")


def write(*parts: LockedTarget, directory: Path = Path("/locks")) -> str:
    return lock_text(parts, directory)


def read(text: str, target: TargetEnvironment) -> dict[str, str]:
    lock = parse_lock(text, Location("/locks/pylock.toml", Origin.option("-r")))
    found = resolve_lock(
        [lock], ResolveRequest(()), LockContext(target, Source(), FormatControl()), {}
    )
    return {each.name: str(each.version) for each in found.distributions}


def test_a_written_lock_is_read_again() -> None:
    target = a_target()
    text = write(LockedTarget(target, (info_of("b", needed_by="a"), info_of("a", "2.0"))))
    assert read(text, target) == {"a": "2.0", "b": "1.0"}
    lock = tomli.loads(text)
    assert [each["name"] for each in lock["packages"]] == ["a", "b"]
    assert lock["packages"][0]["dependencies"] == [{"name": "b"}]
    Pylock.from_dict(lock).validate()


def test_a_lock_contains_no_password() -> None:
    text = write(LockedTarget(a_target(), (info_of("a"),)))
    assert "secret" not in text
    assert "https://files.example/a-1.0-py3-none-any.whl" in text


def test_the_same_resolution_gives_the_same_bytes() -> None:
    one, two = info_of("a"), info_of("b", needed_by="a")
    assert write(LockedTarget(a_target(), (one, two))) == write(
        LockedTarget(a_target(), (two, one))
    )


def test_one_lock_may_be_for_several_targets() -> None:
    old, new = a_target("3.8"), a_target("3.13", "win32")
    text = write(
        LockedTarget(old, (info_of("a", "1.0"), info_of("both"))),
        LockedTarget(new, (info_of("a", "2.0"), info_of("both"), info_of("colorama"))),
    )
    assert read(text, old) == {"a": "1.0", "both": "1.0"}
    assert read(text, new) == {"a": "2.0", "both": "1.0", "colorama": "1.0"}
    assert text.count('name = "both"') == 1


def test_a_local_file_has_a_path_relative_to_the_lock(tmp_path: Path) -> None:
    wheel = tmp_path / "wheels" / "a-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"12345")
    part = LockedTarget(a_target(), (info_of("a", url=wheel.as_uri()),))
    (entry,) = tomli.loads(write(part, directory=tmp_path))["packages"][0]["wheels"]
    assert (entry["path"], entry["size"]) == ("wheels/a-1.0-py3-none-any.whl", 5)
    (entry,) = tomli.loads(write(part))["packages"][0]["wheels"]
    assert entry["path"] == str(wheel)


def test_direct_references_keep_their_kind() -> None:
    origins: dict[str, dict[str, Any]] = {
        "archive": direct_url_for_archive("https://x.example/a.zip", SHA, "sub"),
        "vcs": {"url": "https://x/a.git", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
        "directory": {"url": "file:///locks/a", "dir_info": {"editable": True}},
    }
    package: dict[str, Any] = {}
    for kind, origin in origins.items():
        one = replace(info_of("a", is_direct=True), origin=origin)
        (package,) = tomli.loads(write(LockedTarget(a_target(), (one,))))["packages"]
        assert kind in package
        assert "version" not in package  # PEP 751: a source may change its version
    assert package["directory"] == {"path": "a", "editable": True}


def test_the_bundled_wheel_cannot_be_locked() -> None:
    part = LockedTarget(a_target(), (info_of("pip", url="bundled:pip-1.0-py3-none-any.whl"),))
    with pytest.raises(UnlockableError, match="bundled"):
        write(part)


def test_targets_with_the_same_markers_share_an_entry_with_the_wheels_of_both() -> None:
    def info(platform: str) -> DownloadInfo:
        return info_of("a", url=f"https://files.example/a-1.0-py3-none-{platform}.whl")

    glibc, musl = a_target(), a_target()
    text = write(LockedTarget(glibc, (info("manylinux1"),)), LockedTarget(musl, (info("musl"),)))
    (package,) = tomli.loads(text)["packages"]
    assert "marker" not in package
    # the test's files differ by their URLs only, and the names of wheels are those of files
    assert [wheel["name"] for wheel in package["wheels"]] == ["a-1.0-py3-none-any.whl"]


def test_two_versions_that_no_marker_can_choose_between_are_refused() -> None:
    one, other = a_target(), a_target()
    with pytest.raises(UnlockableError, match=r"need 1\.0 and 2\.0"):
        write(
            LockedTarget(one, (info_of("a", "1.0"),)), LockedTarget(other, (info_of("a", "2.0"),))
        )


def test_a_marker_is_one_clause_where_that_is_enough() -> None:
    targets = [
        a_target(python, system) for python in ("3.8", "3.13") for system in ("linux", "win32")
    ]
    parts = [
        LockedTarget(
            target,
            (info_of("colorama"),) if target.markers["sys_platform"] == "win32" else (),
        )
        for target in targets
    ]
    (package,) = tomli.loads(write(*parts))["packages"]
    assert package["marker"] == 'sys_platform == "win32"'


def test_a_lock_beside_its_wheels_has_their_paths() -> None:
    text = lock_text([LockedTarget(a_target(), (info_of("a"),))], Path(), wheels="wheels/")
    (wheel,) = tomli.loads(text)["packages"][0]["wheels"]
    assert wheel["path"] == "wheels/a-1.0-py3-none-any.whl"
    assert "url" not in wheel
