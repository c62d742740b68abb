"""The cases in `cases/`: what is requested, what is available, and the result or the error."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.errors import BootstrapError
from bootstrap.index.settings import FormatControl, ReleaseControl
from bootstrap.limits import RESOLVER_ROUNDS
from bootstrap.resolve.requirement import Resolution, Resolved, ResolveRequest, UrlRules
from bootstrap.resolve.resolver import resolve
from bootstrap.trust.digests import DIGEST_SIZES
from bootstrap.ui import Ui
from tests.unit.resolve.memory import (
    MemorySource,
    make_installed,
    make_target,
    user_requirement,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    from bootstrap._vendor import tomli as tomllib

_SHORT_DIGEST = re.compile(r"\b(md5|sha256|sha512)([:=])([0-9a-f]{2})\b")
"""The cases write a digest by its first two digits, which are repeated."""
FILES = ("best", "second", "damaged", "sound", "yanked")
"""The words by which the cases distinguish files of one version."""
KEYS = {"name", "requested", "constraints", "index", "installed", "target", "options", "locations"}
KEYS |= {"rounds", "source_hint"}
EXPECTED = {"resolved", "conflict", "hint", "never", "fetched", "asked", "prefetched", "warned"}
EXPECTED |= {"requested_marks", "required_by"}


def _cases() -> list[Any]:
    found = []
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml")):
        text = _SHORT_DIGEST.sub(_lengthen, path.read_text("utf-8"))
        cases = tomllib.loads(text)["case"]
        found += [pytest.param(each, id=f"{path.stem}: {each['name']}") for each in cases]
    return found


def _lengthen(digest: re.Match[str]) -> str:
    return f"{digest[1]}{digest[2]}{digest[3] * DIGEST_SIZES[digest[1]]}"


@pytest.mark.parametrize("case", _cases())
def test_the_case_is_resolved_as_written(case: dict[str, Any]) -> None:
    assert case.keys() <= KEYS | EXPECTED
    assert ("resolved" in case) != ("conflict" in case)
    source = MemorySource(case["index"], make_target(**case.get("target", {})))
    if "locations" in case:
        source.searched = case["locations"]
    source.hint = case.get("source_hint")
    output = io.StringIO()
    try:
        resolution = resolve(
            _request(case),
            source.target,
            source,
            {each.name: each for each in map(make_installed, case.get("installed", ()))},
            Ui(output, output, verbosity=1),
            max_rounds=case.get("rounds", RESOLVER_ROUNDS),
        )
    except BootstrapError as error:
        _check_failure(case, error)
    else:
        assert [_describe(each) for each in resolution.distributions] == case.get("resolved")
        _check_details(case, resolution, source)
    for warning in case.get("warned", ()):
        assert warning in output.getvalue()
    if case.get("warned") == []:
        assert "warning" not in output.getvalue()


def _request(case: dict[str, Any]) -> ResolveRequest:
    options = dict(case.get("options", {}))
    if "upgrade" in options:
        options["upgrade"] = frozenset(map(canonicalize_name, options["upgrade"]))
    only_binary = FormatControl(frozenset(options.pop("only_binary", ())))
    every, final = (options.pop(key, ()) for key in ("all_releases", "only_final"))
    options["releases"] = ReleaseControl(frozenset(every), frozenset(final))
    pinned = frozenset(map(canonicalize_name, options.pop("pinned", ())))
    options["url_rules"] = UrlRules(options.pop("transitive_urls", True), only_binary, pinned)
    lines = [*case["requested"], *case.get("constraints", ())]
    # As a --hash in a file does; cases with a hash in a URL set the option.
    options.setdefault("require_hashes", any("hashes" in each for each in lines))
    return ResolveRequest(
        tuple(map(user_requirement, case["requested"])),
        tuple(map(user_requirement, case.get("constraints", ()))),
        **options,
    )


def _describe(each: Resolved) -> str:
    extras = f"[{','.join(sorted(each.extras))}]" if each.extras else ""
    kept = "" if each.candidate else " (installed)"
    file = each.candidate.file.filename if each.candidate else ""
    which = next((f" {word}" for word in FILES if f"-{word}-" in file), "")
    return f"{each.name}{extras} {each.version}{which}{kept}"


def _check_failure(case: dict[str, Any], error: BootstrapError) -> None:
    assert "conflict" in case, f"{error}\nhint: {error.hint}"
    assert str(error) == case["conflict"].strip()
    assert error.hint
    if "hint" in case:
        assert error.hint == case["hint"].strip()


def _check_details(case: dict[str, Any], resolution: Resolution, source: MemorySource) -> None:
    found = {each.name: each for each in resolution.distributions}
    if "fetched" in case:
        assert sorted(source.fetched) == sorted(case["fetched"])
    if "asked" in case:
        assert sorted(set(source.asked)) == sorted(case["asked"])
    for name in case.get("never", ()):
        assert name not in source.fetched
    if "prefetched" in case:
        assert source.prefetched == case["prefetched"]
    if "requested_marks" in case:
        assert [n for n, each in found.items() if each.requested] == case["requested_marks"]
    for name, parents in case.get("required_by", {}).items():
        assert list(found[canonicalize_name(name)].required_by) == parents
