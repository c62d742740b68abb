"""From a lock to what is installed: PEP 751's rules, one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor import tomli_w
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.settings import FormatControl
from bootstrap.location import Location
from bootstrap.lock.errors import LockError, NotAtHandError, NotLockedError
from bootstrap.lock.read import Choice, parse_lock
from bootstrap.lock.resolve import LockContext, fixed
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement, Resolution, ResolveRequest
from bootstrap.trust.hashes import Hashes, WeakHashError
from tests.unit.lock.targets import Source, a_target

SHA = "a" * 64
PLACE = "/locks/pylock.toml"
REMOTE = "https://locks.example/pylock.toml"


def wheel(filename: str, **said: Any) -> dict[str, Any]:
    place = {} if "path" in said else {"url": f"https://files.example/{filename}"}
    return {"name": filename, **place, "hashes": {"sha256": SHA}, **said}


def package(name: str, version: str = "1.0", **said: Any) -> dict[str, Any]:
    if not {"wheels", "sdist", "archive", "vcs", "directory"} & said.keys():
        said["wheels"] = [wheel(f"{name}-{version}-py3-none-any.whl")]
    return {"name": name, "version": version, **said}


def text(*packages: dict[str, Any], **said: Any) -> str:
    return tomli_w.dumps(
        {"lock-version": "1.0", "created-by": "tests", **said, "packages": list(packages)}
    )


def chosen(
    content: str,
    *extras: str,
    place: str = PLACE,
    target: TargetEnvironment | None = None,
    source: Source | None = None,
    wanted: tuple[str, ...] = (),
    choice: Choice | None = None,
    formats: FormatControl | None = None,
    **terms: bool,
) -> Resolution:
    lock = parse_lock(
        content, Location(place, Origin.option("-r")), choice or Choice(frozenset(extras))
    )
    named = tuple(InputRequirement(w, Origin.option("it"), Requirement(w)) for w in wanted)
    return fixed(
        [lock],
        ResolveRequest(named),
        LockContext(target or a_target(), source or Source(), formats or FormatControl(), **terms),
        {},
    )


def versions(resolution: Resolution) -> dict[str, str]:
    return {each.name: str(each.version) for each in resolution.distributions}


def urls(resolution: Resolution) -> list[str]:
    return [each.candidate.file.url for each in resolution.distributions if each.candidate]


def test_what_a_lock_lists_is_installed_without_resolving() -> None:
    found = chosen(text(package("b", "2.0"), package("a", dependencies=[{"name": "b"}])))
    assert versions(found) == {"a": "1.0", "b": "2.0"}
    assert [each.required_by for each in found.distributions] == [(), ("a",)]


def test_markers_choose_for_the_target_and_not_for_the_python_that_runs_us() -> None:
    content = text(
        package("new", marker="python_version >= '3.12'"),
        package("old", marker="python_version < '3.12'"),
        package("windows", marker="sys_platform == 'win32'"),
    )
    assert versions(chosen(content, target=a_target("3.13"))) == {"new": "1.0"}
    both = chosen(content, target=a_target("3.8", "win32"))
    assert versions(both) == {"old": "1.0", "windows": "1.0"}


def test_one_lock_holds_several_versions_for_several_pythons() -> None:
    content = text(
        package("a", "2.0", marker="python_version >= '3.12'"),
        package("a", "1.0", marker="python_version < '3.12'"),
    )
    assert versions(chosen(content, target=a_target("3.12"))) == {"a": "2.0"}
    assert versions(chosen(content, target=a_target("3.11"))) == {"a": "1.0"}


def test_two_versions_for_one_target_are_refused() -> None:
    with pytest.raises(LockError, match="Multiple packages with the name 'a'"):
        chosen(text(package("a", "2.0"), package("a", "1.0")))


def test_extras_are_installed_where_they_are_asked_for() -> None:
    content = text(package("a"), package("b", marker="'fast' in extras"), extras=["fast"])
    assert versions(chosen(content)) == {"a": "1.0"}
    assert versions(chosen(content, "Fast")) == {"a": "1.0", "b": "1.0"}
    with pytest.raises(LockError, match=r"no extra slow \(it has: fast\)"):
        chosen(content, "slow")


def test_default_groups_are_installed() -> None:
    content = text(
        package("a", marker="'main' in dependency_groups"),
        package("b", marker="'dev' in dependency_groups"),
        **{"dependency-groups": ["main", "dev"], "default-groups": ["main"]},
    )
    assert versions(chosen(content)) == {"a": "1.0"}


def test_groups_are_installed_where_they_are_asked_for() -> None:
    content = text(
        package("a", marker="'main' in dependency_groups"),
        package("b", marker="'dev' in dependency_groups"),
        **{"dependency-groups": ["main", "dev"], "default-groups": ["main"]},
    )
    dev = Choice(groups=frozenset({"Dev"}), default_groups=False)
    assert versions(chosen(content, choice=dev)) == {"b": "1.0"}
    assert versions(chosen(content, choice=dev.with_(Choice()))) == {"a": "1.0", "b": "1.0"}
    with pytest.raises(LockError, match=r"no dependency group docs \(it has: main, dev\)"):
        chosen(content, choice=Choice(groups=frozenset({"docs"})))


@pytest.mark.parametrize(
    ("said", "of_package"),
    [
        ({"requires-python": ">=3.12"}, {}),
        ({"environments": ["sys_platform == 'win32'"]}, {}),
        ({}, {"requires-python": ">=3.12"}),
        ({}, {"wheels": [wheel("a-1.0-cp27-none-win32.whl")]}),
    ],
    ids=["requires-python", "environments", "a package's requires-python", "tags"],
)
def test_a_lock_for_another_target_is_refused_with_the_target_that_is_there(
    said: dict[str, Any], of_package: dict[str, Any]
) -> None:
    with pytest.raises(LockError, match=r"the target is Python 3\.11\.0, py3-none-any"):
        chosen(text(package("a", **of_package), **said))


def test_the_best_wheel_for_the_target_is_taken() -> None:
    wheels = [wheel("a-1.0-py3-none-any.whl"), wheel("a-1.0-cp311-cp311-linux_x86_64.whl")]
    target = a_target(tags=("cp311-cp311-linux_x86_64", "py3-none-any"))
    found = chosen(text(package("a", wheels=wheels)), target=target)
    assert urls(found) == ["https://files.example/a-1.0-cp311-cp311-linux_x86_64.whl"]


def test_a_source_is_taken_where_no_wheel_fits_and_where_wheels_are_excluded() -> None:
    sdist = wheel("a-1.0.tar.gz")
    alone = chosen(text(package("a", sdist=sdist)))
    both = text(package("a", sdist=sdist, wheels=[wheel("a-1.0-py3-none-any.whl")]))
    preferred = chosen(both, formats=FormatControl(no_binary=frozenset({"a"})))
    for found in (alone, preferred):
        assert urls(found) == ["https://files.example/a-1.0.tar.gz"]
        assert not any(e.candidate.is_wheel for e in found.distributions if e.candidate)
    with pytest.raises(LockError, match="--only-binary excludes"):
        chosen(text(package("a", sdist=sdist)), formats=FormatControl(frozenset({":all:"})))
    with pytest.raises(LockError, match="--no-binary excludes"):
        chosen(text(package("a")), formats=FormatControl(no_binary=frozenset({":all:"})))


def test_a_file_has_to_be_what_the_lock_says_by_hash_and_size() -> None:
    found = chosen(text(package("a", wheels=[wheel("a-1.0-py3-none-any.whl", size=12)])))
    (a,) = found.distributions
    assert a.hashes == Hashes.of([("sha256", SHA)])
    assert a.candidate is not None
    assert a.candidate.file.size == 12


def test_a_hash_that_proves_nothing_is_refused() -> None:
    weak = wheel("a-1.0-py3-none-any.whl", hashes={"md5": "0" * 32})
    with pytest.raises(WeakHashError):
        chosen(text(package("a", wheels=[weak])))


def test_a_path_lies_beside_the_lock_and_counts_before_a_url() -> None:
    near = wheel("a-1.0-py3-none-any.whl", path="wheels/a-1.0-py3-none-any.whl")
    near["url"] = "https://files.example/a-1.0-py3-none-any.whl"
    found = urls(chosen(text(package("a", wheels=[near]))))
    assert found == ["file:///locks/wheels/a-1.0-py3-none-any.whl"]
    assert urls(chosen(text(package("a", wheels=[near])), place=REMOTE)) == [
        "https://locks.example/wheels/a-1.0-py3-none-any.whl"
    ]


@pytest.mark.parametrize(
    "place",
    [
        {"path": "/srv/a-1.0-py3-none-any.whl"},
        {"path": "C:\\a-1.0-py3-none-any.whl"},
        {"path": "//other.example/a-1.0-py3-none-any.whl"},
        {"url": "file:///srv/a-1.0-py3-none-any.whl"},
    ],
)
def test_a_lock_from_the_network_names_no_local_file(place: dict[str, str]) -> None:
    entry = {"name": "a-1.0-py3-none-any.whl", "hashes": {"sha256": SHA}, **place}
    with pytest.raises(LockError, match="it comes from the network and names"):
        chosen(text(package("a", wheels=[entry])), place=REMOTE)


def test_a_lock_from_the_network_names_no_local_directory() -> None:
    content = text(package("a", directory={"path": "."}))
    with pytest.raises(LockError, match="names the directory"):
        chosen(content, place=REMOTE)


def _direct(version: str = "1.0") -> Candidate:
    name = NormalizedName("a")
    return Candidate(
        name, Version(version), DistributionFile("a", "x:"), False, is_direct=True
    )  # is_wheel


def test_archives_repositories_and_directories_are_direct_references() -> None:
    archive = {"url": "https://x.example/a.zip", "hashes": {"sha256": SHA}, "subdirectory": "s"}
    vcs = {"type": "git", "url": "https://x.example/a.git", "commit-id": "c0ffee"}
    directory = {"path": "project", "editable": True}
    expected: dict[str, dict[str, Any]] = {
        "https://x.example/a.zip#subdirectory=s": {"archive": archive},
        "git+https://x.example/a.git@c0ffee": {"vcs": vcs},
        "file:///locks/project": {"directory": directory},
    }
    for url, said in expected.items():
        source = Source(references={url: _direct()})
        assert versions(chosen(text(package("a", **said)), source=source)) == {"a": "1.0"}
        assert source.asked[0].editable is ("directory" in said)
        assert bool(source.asked[0].hashes) is ("archive" in said)


def test_a_reference_that_is_another_version_than_its_lock_says_is_refused() -> None:
    source = Source(references={"file:///locks/project": _direct("2.0")})
    with pytest.raises(LockError, match=r"a 1\.0, and what it names is 2\.0"):
        chosen(text(package("a", directory={"path": "project"})), source=source)


def test_with_require_hashes_a_directory_or_a_repository_is_refused() -> None:
    with pytest.raises(LockError, match="--require-hashes"):
        chosen(text(package("a", directory={"path": "p"})), require_hashes=True)
    assert versions(chosen(text(package("a")), require_hashes=True)) == {"a": "1.0"}


def test_what_is_wanted_besides_a_lock_has_to_be_in_it() -> None:
    content = text(package("pip", "26.0"))
    assert versions(chosen(content, wanted=("pip>=25", "uv; python_version < '3'")))
    for wanted in ("uv", "pip<20"):
        with pytest.raises(NotLockedError) as caught:
            chosen(content, wanted=(wanted,))
        assert caught.value.texts == (wanted,)


def test_two_locks_that_disagree_are_refused() -> None:
    locks = [
        parse_lock(
            text(package("a", version)), Location(f"/{version}/pylock.toml", Origin.option("-r"))
        )
        for version in ("1.0", "2.0")
    ]
    terms = LockContext(a_target(), Source(), FormatControl())
    with pytest.raises(LockError, match=r"says a 2\.0, and another lock says 1\.0"):
        fixed(locks, ResolveRequest(()), terms, {})


def test_without_the_network_the_very_files_are_found_among_what_is_at_hand() -> None:
    name = "a-1.0-py3-none-any.whl"
    other = DistributionFile(name, "file:///other/a", Hashes.of([("sha256", "b" * 64)]))
    right = DistributionFile(name, "file:///wheels/a", Hashes.of([("sha256", SHA)]))
    offered = [
        Candidate(NormalizedName("a"), Version("1.0"), file, is_wheel=True)
        for file in (other, right)
    ]
    found = chosen(text(package("a")), source=Source({"a": offered}), is_offline=True)
    assert urls(found) == ["file:///wheels/a"]
    with pytest.raises(NotAtHandError) as caught:
        chosen(text(package("a")), source=Source({"a": [offered[0]]}), is_offline=True)
    assert caught.value.filenames == (name,)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("packages = [", "no TOML"),
        ("", "lock-version"),
        (text(**{"lock-version": "2.0"}), "this program knows 1.0"),
        (text({"name": "Not_Normal", "wheels": []}), "not normalized"),
        (text(package("a", wheels=[{"name": "a-1.0-py3-none-any.whl", "hashes": {}}])), "hash"),
        (text(package("a", wheels=[wheel("b-1.0-py3-none-any.whl")])), "not consistent"),
        (text(package("a", vcs={"type": "git", "url": "x", "commit-id": "y"}, sdist={})), "sdist"),
    ],
)
def test_what_is_no_lock_is_refused_with_its_place_and_the_reason(content: str, why: str) -> None:
    with pytest.raises(LockError, match=why) as caught:
        chosen(content)
    assert str(Path(PLACE)) in str(caught.value)
