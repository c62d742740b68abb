"""Traces, giving up, what a successful run imports, and direct references that are installed."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.metadata.installed import Installed
from bootstrap.metadata.installed_record import InstalledKind
from bootstrap.resolve.errors import ResolutionTooDeepError
from bootstrap.resolve.requirement import ResolveRequest
from bootstrap.resolve.resolver import is_same_reference, resolve
from bootstrap.trust.hashes import Hashes
from bootstrap.ui import Ui
from tests.unit.resolve.memory import MemorySource, make_target, user_requirement

INDEX = {
    "a 2": ["c>=2"],
    "a 1": ["c"],
    "b 1": ["c<2"],
    "c 1": [],
    "c 2": [],
}


AA, BB = "aa" * 32, "bb" * 32


def _resolve(verbosity: int, **options: int) -> str:
    output = io.StringIO()
    target = make_target()
    request = ResolveRequest(tuple(map(user_requirement, ("a", "b"))))
    resolve(
        request, target, MemorySource(INDEX, target), {}, Ui(output, output, verbosity), **options
    )
    return output.getvalue()


def test_vv_traces_the_search() -> None:
    output = _resolve(2)
    assert "resolve: trying a 2\n" in output
    assert "resolve: b 1 requires c<2\n" in output
    assert "resolve: backtracking, because these conflict: " in output
    assert "resolve: trying a 1\n" in output


def test_v_does_not_trace_the_search() -> None:
    assert _resolve(1) == ""


def test_a_search_that_takes_too_long_ends_with_an_error() -> None:
    with pytest.raises(
        ResolutionTooDeepError, match=r"gave up after 3 rounds\. Most conflicts were about "
    ) as caught:
        _resolve(0, max_rounds=3)
    assert caught.value.rounds == 3
    assert "constraints" in (caught.value.hint or "")


def test_a_successful_resolution_does_not_import_the_explanations() -> None:
    code = """
import sys
from tests.unit.resolve.test_resolver import _resolve
_resolve(0)
print([name for name in sys.modules if "resolve.explain" in name])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "[]\n"


REPOSITORY = "https://host.test/demo"
ARCHIVE = "https://host.test/demo-1.0.tar.gz"
NAME, VERSION = canonicalize_name("demo"), Version("1.0")


def git(commit: str, url: str = REPOSITORY, **more: str) -> dict[str, Any]:
    requested = {"requested_revision": more.pop("requested")} if "requested" in more else {}
    return {"url": url, "vcs_info": {"vcs": "git", "commit_id": commit, **requested}, **more}


def archive(url: str = ARCHIVE, subdirectory: str = "", **hashes: str) -> dict[str, Any]:
    below = {"subdirectory": subdirectory} if subdirectory else {}
    return {"url": url, "archive_info": {"hashes": hashes}, **below}


def directory(**info: bool) -> dict[str, Any]:
    return {"url": "file:///home/demo", "dir_info": info}


def installed(direct_url: Any, *, editable: bool = False) -> Installed:
    text = None if direct_url is None else json.dumps(direct_url)
    place = Path("/site")
    return Installed(
        NAME, VERSION, place, place, InstalledKind.DIST_INFO, direct_url=text, editable=editable
    )


def source(origin: dict[str, Any]) -> Candidate:
    file = DistributionFile("demo", origin["url"])
    return Candidate(NAME, VERSION, file, is_wheel=False, is_direct=True, origin=origin)


def wheel(url: str, **hashes: str) -> Candidate:
    file = DistributionFile("demo-1.0-py3-none-any.whl", url, Hashes.of(hashes.items()))
    return Candidate(NAME, VERSION, file, is_wheel=True, is_direct=True)


@pytest.mark.parametrize(
    ("recorded", "named", "expected"),
    [
        (git("aa"), git("aa"), True),
        (git("aa", requested="main"), git("aa", requested="v1"), True),
        (git("aa"), git("bb"), False),
        (git("aa"), git("aa", "https://host.test/fork"), False),
        (git("aa"), git("aa", subdirectory="python"), False),
        (git("aa"), archive(REPOSITORY), False),
        (archive(sha256=AA), archive(sha256=AA), True),
        (archive(sha256=AA), archive(sha256=BB), False),
        (archive(sha256="../x"), archive(sha256=AA), False),
        (archive(sha256=AA), archive(sha256=AA, subdirectory="python"), False),
        (archive(sha256=AA), archive("https://host.test/b.tar.gz", sha256=AA), False),
        ({"url": ARCHIVE, "archive_info": {"hash": f"sha256={AA}"}}, archive(sha256=AA), True),
        ({"url": ARCHIVE, "archive_info": {"hash": f"sha256={AA}"}}, archive(sha256=BB), False),
        (archive(), git("aa", ARCHIVE), False),
        (directory(), directory(), False),
        (None, git("aa"), False),
        (["no table"], git("aa"), False),
    ],
)
def test_a_source_is_the_same_by_its_content_and_url(
    recorded: Any, named: dict[str, Any], expected: bool
) -> None:
    assert is_same_reference(source(named), installed(recorded)) is expected


def test_an_editable_installation_is_never_the_same() -> None:
    there = installed(directory(editable=True), editable=True)
    assert not is_same_reference(source(directory(editable=True)), there)
    assert not is_same_reference(source(git("aa")), installed(git("aa"), editable=True))


def test_a_wheel_is_the_same_by_its_url_without_credentials_and_its_required_hashes() -> None:
    there = installed(archive("https://host.test/a.whl", sha256=AA))
    assert is_same_reference(wheel("https://me:secret@host.test/a.whl"), there)
    assert is_same_reference(wheel("https://host.test/a.whl", sha256=AA), there)
    assert not is_same_reference(wheel("https://host.test/a.whl", sha256=BB), there)
