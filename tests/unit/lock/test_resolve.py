"""From a lock to a resolution: the rules of PEP 751, one by one."""

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
from bootstrap.index.settings import FormatControl, ReleaseControl
from bootstrap.location import Location
from bootstrap.lock.errors import LockedFileNotFoundError, LockError, NotLockedError
from bootstrap.lock.read import LockSelection, parse_lock
from bootstrap.lock.resolve import LockContext, resolve_lock
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement, Resolution, ResolveRequest
from bootstrap.trust.hashes import Hashes, WeakHashError
from tests.unit.lock.targets import Source, a_target

COMMIT = "c0ffee" + "0" * 34
SHA = "a" * 64
LOCATION = "/locks/pylock.toml"
REMOTE = "https://locks.example/pylock.toml"


def wheel(filename: str, **fields: Any) -> dict[str, Any]:
    location = {} if "path" in fields else {"url": f"https://files.example/{filename}"}
    return {"name": filename, **location, "hashes": {"sha256": SHA}, **fields}


def package(name: str, version: str = "1.0", **fields: Any) -> dict[str, Any]:
    if not {"wheels", "sdist", "archive", "vcs", "directory"} & fields.keys():
        fields["wheels"] = [wheel(f"{name}-{version}-py3-none-any.whl")]
    return {"name": name, "version": version, **fields}


def text(*packages: dict[str, Any], **fields: Any) -> str:
    return tomli_w.dumps(
        {"lock-version": "1.0", "created-by": "tests", **fields, "packages": list(packages)}
    )


def resolve(
    content: str,
    *extras: str,
    location: str = LOCATION,
    target: TargetEnvironment | None = None,
    source: Source | None = None,
    requirements: tuple[str, ...] = (),
    selection: LockSelection | None = None,
    formats: FormatControl | None = None,
    releases: ReleaseControl | None = None,
    **options: bool,
) -> Resolution:
    lock = parse_lock(
        content,
        Location(location, Origin.option("-r")),
        selection or LockSelection(frozenset(extras)),
    )
    named = tuple(InputRequirement(w, Origin.option("it"), Requirement(w)) for w in requirements)
    return resolve_lock(
        [lock],
        ResolveRequest(named, releases=releases or ReleaseControl()),
        LockContext(
            target or a_target(), source or Source(), formats or FormatControl(), **options
        ),
        {},
    )


def versions(resolution: Resolution) -> dict[str, str]:
    return {each.name: str(each.version) for each in resolution.distributions}


def urls(resolution: Resolution) -> list[str]:
    return [each.candidate.file.url for each in resolution.distributions if each.candidate]


def test_everything_in_a_lock_is_installed_without_resolving() -> None:
    found = resolve(text(package("b", "2.0"), package("a", dependencies=[{"name": "b"}])))
    assert versions(found) == {"a": "1.0", "b": "2.0"}
    assert [each.required_by for each in found.distributions] == [(), ("a",)]


def test_markers_are_evaluated_for_the_target() -> None:
    content = text(
        package("new", marker="python_version >= '3.12'"),
        package("old", marker="python_version < '3.12'"),
        package("windows", marker="sys_platform == 'win32'"),
    )
    assert versions(resolve(content, target=a_target("3.13"))) == {"new": "1.0"}
    both = resolve(content, target=a_target("3.8", "win32"))
    assert versions(both) == {"old": "1.0", "windows": "1.0"}


def test_a_lock_may_have_several_versions_for_several_pythons() -> None:
    content = text(
        package("a", "2.0", marker="python_version >= '3.12'"),
        package("a", "1.0", marker="python_version < '3.12'"),
    )
    assert versions(resolve(content, target=a_target("3.12"))) == {"a": "2.0"}
    assert versions(resolve(content, target=a_target("3.11"))) == {"a": "1.0"}


def test_two_versions_for_one_target_are_refused() -> None:
    with pytest.raises(LockError, match="Multiple packages with the name 'a'"):
        resolve(text(package("a", "2.0"), package("a", "1.0")))


def test_selected_extras_are_installed() -> None:
    content = text(package("a"), package("b", marker="'fast' in extras"), extras=["fast"])
    assert versions(resolve(content)) == {"a": "1.0"}
    assert versions(resolve(content, "Fast")) == {"a": "1.0", "b": "1.0"}
    with pytest.raises(LockError, match=r"no extra slow \(it has: fast\)"):
        resolve(content, "slow")


def test_default_groups_are_installed() -> None:
    content = text(
        package("a", marker="'main' in dependency_groups"),
        package("b", marker="'dev' in dependency_groups"),
        **{"dependency-groups": ["main", "dev"], "default-groups": ["main"]},
    )
    assert versions(resolve(content)) == {"a": "1.0"}


def test_selected_groups_are_installed() -> None:
    content = text(
        package("a", marker="'main' in dependency_groups"),
        package("b", marker="'dev' in dependency_groups"),
        **{"dependency-groups": ["main", "dev"], "default-groups": ["main"]},
    )
    dev = LockSelection(groups=frozenset({"Dev"}), default_groups=False)
    assert versions(resolve(content, selection=dev)) == {"b": "1.0"}
    assert versions(resolve(content, selection=dev.union(LockSelection()))) == {
        "a": "1.0",
        "b": "1.0",
    }
    with pytest.raises(LockError, match=r"no dependency group docs \(it has: main, dev\)"):
        resolve(content, selection=LockSelection(groups=frozenset({"docs"})))


@pytest.mark.parametrize(
    ("fields", "of_package"),
    [
        ({"requires-python": ">=3.12"}, {}),
        ({"environments": ["sys_platform == 'win32'"]}, {}),
        ({}, {"requires-python": ">=3.12"}),
        ({}, {"wheels": [wheel("a-1.0-cp27-none-win32.whl")]}),
    ],
    ids=["requires-python", "environments", "a package's requires-python", "tags"],
)
def test_a_lock_for_another_target_is_an_error_that_describes_the_target(
    fields: dict[str, Any], of_package: dict[str, Any]
) -> None:
    with pytest.raises(LockError, match=r"the target is Python 3\.11\.0, py3-none-any"):
        resolve(text(package("a", **of_package), **fields))


def test_the_best_wheel_for_the_target_is_taken() -> None:
    wheels = [wheel("a-1.0-py3-none-any.whl"), wheel("a-1.0-cp311-cp311-linux_x86_64.whl")]
    target = a_target(tags=("cp311-cp311-linux_x86_64", "py3-none-any"))
    found = resolve(text(package("a", wheels=wheels)), target=target)
    assert urls(found) == ["https://files.example/a-1.0-cp311-cp311-linux_x86_64.whl"]


def test_an_sdist_is_used_where_no_wheel_fits_and_where_wheels_are_excluded() -> None:
    sdist = wheel("a-1.0.tar.gz")
    alone = resolve(text(package("a", sdist=sdist)))
    both = text(package("a", sdist=sdist, wheels=[wheel("a-1.0-py3-none-any.whl")]))
    preferred = resolve(both, formats=FormatControl(no_binary=frozenset({"a"})))
    for found in (alone, preferred):
        assert urls(found) == ["https://files.example/a-1.0.tar.gz"]
        assert not any(e.candidate.is_wheel for e in found.distributions if e.candidate)
    with pytest.raises(LockError, match="--only-binary excludes"):
        resolve(text(package("a", sdist=sdist)), formats=FormatControl(frozenset({":all:"})))
    with pytest.raises(LockError, match="--no-binary excludes"):
        resolve(text(package("a")), formats=FormatControl(no_binary=frozenset({":all:"})))


def test_hash_and_size_of_the_lock_are_required_of_a_file() -> None:
    found = resolve(text(package("a", wheels=[wheel("a-1.0-py3-none-any.whl", size=12)])))
    (a,) = found.distributions
    assert a.hashes == Hashes.of([("sha256", SHA)])
    assert a.candidate is not None
    assert a.candidate.file.size == 12


def test_a_weak_hash_is_refused() -> None:
    weak = wheel("a-1.0-py3-none-any.whl", hashes={"md5": "0" * 32})
    with pytest.raises(WeakHashError):
        resolve(text(package("a", wheels=[weak])))


@pytest.mark.parametrize("digest", ["/home/me/file", "../x", "ab", ""])
def test_an_invalid_hash_is_refused(digest: str) -> None:
    entry = wheel("a-1.0-py3-none-any.whl", hashes={"sha256": digest, "sha512": "0" * 128})
    with pytest.raises(LockError, match=r"a-1\.0-py3-none-any\.whl has an invalid sha256"):
        resolve(text(package("a", wheels=[entry])), location=REMOTE)


def test_a_hash_of_an_unknown_algorithm_beside_a_strong_one_is_ignored() -> None:
    entry = wheel("a-1.0-py3-none-any.whl", hashes={"sha256": SHA, "k12": "anything"})
    (a,) = resolve(text(package("a", wheels=[entry]))).distributions
    assert a.hashes == Hashes.of([("sha256", SHA)])


@pytest.mark.posix_only("its paths begin with a slash")
def test_a_path_is_relative_to_the_lock_and_takes_precedence_over_a_url() -> None:
    near = wheel("a-1.0-py3-none-any.whl", path="wheels/a-1.0-py3-none-any.whl")
    near["url"] = "https://files.example/a-1.0-py3-none-any.whl"
    found = urls(resolve(text(package("a", wheels=[near]))))
    assert found == ["file:///locks/wheels/a-1.0-py3-none-any.whl"]
    assert urls(resolve(text(package("a", wheels=[near])), location=REMOTE)) == [
        "https://locks.example/wheels/a-1.0-py3-none-any.whl"
    ]


@pytest.mark.parametrize(
    "location",
    [
        {"path": "/srv/a-1.0-py3-none-any.whl"},
        {"path": "C:\\a-1.0-py3-none-any.whl"},
        {"path": "//other.example/a-1.0-py3-none-any.whl"},
        {"url": "file:///srv/a-1.0-py3-none-any.whl"},
    ],
)
def test_a_lock_from_the_network_must_not_name_local_files(location: dict[str, str]) -> None:
    entry = {"name": "a-1.0-py3-none-any.whl", "hashes": {"sha256": SHA}, **location}
    with pytest.raises(LockError, match="it comes from the network and names"):
        resolve(text(package("a", wheels=[entry])), location=REMOTE)


def test_a_lock_from_the_network_must_not_name_local_directories() -> None:
    content = text(package("a", directory={"path": "."}))
    with pytest.raises(LockError, match="names the directory"):
        resolve(content, location=REMOTE)


def _direct(version: str = "1.0") -> Candidate:
    name = NormalizedName("a")
    return Candidate(
        name, Version(version), DistributionFile("a", "x:"), False, is_direct=True
    )  # is_wheel


@pytest.mark.posix_only("its paths begin with a slash")
def test_archives_repositories_and_directories_are_direct_references() -> None:
    archive = {"url": "https://x.example/a.zip", "hashes": {"sha256": SHA}, "subdirectory": "s"}
    vcs = {"type": "git", "url": "https://x.example/a.git", "commit-id": COMMIT}
    directory = {"path": "project", "editable": True}
    expected: dict[str, dict[str, Any]] = {
        "https://x.example/a.zip#subdirectory=s": {"archive": archive},
        f"git+https://x.example/a.git@{COMMIT}": {"vcs": vcs},
        "file:///locks/project": {"directory": directory},
    }
    for url, fields in expected.items():
        source = Source(references={url: _direct()})
        assert versions(resolve(text(package("a", **fields)), source=source)) == {"a": "1.0"}
        assert source.asked[0].editable is ("directory" in fields)
        assert bool(source.asked[0].hashes) is ("archive" in fields)


@pytest.mark.parametrize("commit", ["main", "c0ffee", "--upload-pack=x", "ab" * 20 + "@x", ""])
def test_a_repository_without_a_full_commit_hash_is_refused(commit: str) -> None:
    vcs = {"type": "git", "url": "https://x.example/a.git", "commit-id": commit}
    with pytest.raises(LockError, match="the commit-id of a is not a full commit hash"):
        resolve(text(package("a", vcs=vcs)))


@pytest.mark.posix_only("its paths begin with a slash")
def test_a_reference_of_another_version_than_in_the_lock_is_refused() -> None:
    source = Source(references={"file:///locks/project": _direct("2.0")})
    with pytest.raises(LockError, match=r"it has a 1\.0, but its source is version 2\.0"):
        resolve(text(package("a", directory={"path": "project"})), source=source)


def test_with_require_hashes_a_directory_or_a_repository_is_refused() -> None:
    with pytest.raises(LockError, match="--require-hashes"):
        resolve(text(package("a", directory={"path": "p"})), require_hashes=True)
    assert versions(resolve(text(package("a")), require_hashes=True)) == {"a": "1.0"}


def test_further_requirements_have_to_be_in_the_lock() -> None:
    content = text(package("pip", "26.0"))
    assert versions(resolve(content, requirements=("pip>=25", "uv; python_version < '3'")))
    for requirement in ("uv", "pip<20"):
        with pytest.raises(NotLockedError) as caught:
            resolve(content, requirements=(requirement,))
        assert caught.value.texts == (requirement,)


def test_two_locks_that_disagree_are_refused() -> None:
    locks = [
        parse_lock(
            text(package("a", version)), Location(f"/{version}/pylock.toml", Origin.option("-r"))
        )
        for version in ("1.0", "2.0")
    ]
    context = LockContext(a_target(), Source(), FormatControl())
    with pytest.raises(LockError, match=r"it has a 2\.0, and another lock has 1\.0"):
        resolve_lock(locks, ResolveRequest(()), context, {})


def test_offline_files_are_found_on_this_machine_by_name_and_hash() -> None:
    name = "a-1.0-py3-none-any.whl"
    other = DistributionFile(name, "file:///other/a", Hashes.of([("sha256", "b" * 64)]))
    right = DistributionFile(name, "file:///wheels/a", Hashes.of([("sha256", SHA)]))
    offered = [
        Candidate(NormalizedName("a"), Version("1.0"), file, is_wheel=True)
        for file in (other, right)
    ]
    found = resolve(text(package("a")), source=Source({"a": offered}), is_offline=True)
    assert urls(found) == ["file:///wheels/a"]
    with pytest.raises(LockedFileNotFoundError) as caught:
        resolve(text(package("a")), source=Source({"a": [offered[0]]}), is_offline=True)
    assert caught.value.filenames == (name,)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("packages = [", "is not valid TOML"),
        ("", "lock-version"),
        (text(**{"lock-version": "2.0"}), "get-installer supports version 1.0"),
        (text({"name": "Not_Normal", "wheels": []}), "not normalized"),
        (text(package("a", wheels=[{"name": "a-1.0-py3-none-any.whl", "hashes": {}}])), "hash"),
        (text(package("a", wheels=[wheel("b-1.0-py3-none-any.whl")])), "not consistent"),
        (text(package("a", vcs={"type": "git", "url": "x", "commit-id": "y"}, sdist={})), "sdist"),
    ],
)
@pytest.mark.posix_only("its paths begin with a slash")
def test_an_invalid_lock_is_an_error_with_its_location_and_the_reason(
    content: str, why: str
) -> None:
    with pytest.raises(LockError, match=why) as caught:
        resolve(content)
    assert str(Path(LOCATION)) in str(caught.value)


def test_a_pre_release_in_a_lock_is_refused_where_only_final_releases_are_allowed() -> None:
    content = text(package("a", version="1.0rc1"))
    assert versions(resolve(content)) == {"a": "1.0rc1"}
    only_b = ReleaseControl(only_final=frozenset({"b"}))
    assert versions(resolve(content, releases=only_b)) == {"a": "1.0rc1"}
    with pytest.raises(LockError, match=r"it has a 1\.0rc1, a pre-release, and --only-final"):
        resolve(content, releases=ReleaseControl(only_final=frozenset({":all:"})))
