"""Candidates are made of the files of a version when that is looked at, in the order of all."""

from __future__ import annotations

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.candidates import Candidates
from bootstrap.index.evaluator import Evaluator, sort_candidates
from bootstrap.index.page import FileEntry
from bootstrap.index.settings import IndexSettings
from tests.unit.index.conftest import make_target

DEMO = NormalizedName("demo")
PAGE = "https://index.test/simple/demo/"


def entry(filename: str, **attributes: object) -> FileEntry:
    return FileEntry(filename, PAGE, PAGE, PAGE, {"url": f"/{filename}", **attributes})


def many(count: int) -> list[FileEntry]:
    names = ("demo-{}.0.tar.gz", "demo-{}.0-py3-none-any.whl", "demo-{}.0-cp39-none-win32.whl")
    return [entry(name.format(number)) for number in range(count) for name in names]


def test_a_page_of_many_files_costs_what_its_newest_version_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []
    parse = FileEntry.parse

    def record(file: FileEntry) -> DistributionFile:
        parsed.append(file.filename)
        return parse(file)

    monkeypatch.setattr(FileEntry, "parse", record)
    candidates = Evaluator(make_target(), IndexSettings()).select(many(3_000), DEMO)
    assert parsed == []
    newest = ["demo-2999.0.tar.gz", "demo-2999.0-py3-none-any.whl"]
    for _ in range(2):
        assert next(iter(candidates)).file.filename == newest[1]
        assert parsed == newest
    assert [each.is_wheel for each in candidates.of_version(Version("7"))] == [True, False]
    assert len(parsed) == 4


@pytest.mark.parametrize("prefer_binary", [False, True])
def test_the_order_is_that_of_all_candidates_sorted_at_once(prefer_binary: bool) -> None:
    entries = [
        *many(3),
        entry("demo-2-py3-none-any.whl"),  # the same version as 2.0
        entry("demo-1.0-3-py3-none-any.whl"),
        entry("demo-3.0a1-py3-none-any.whl"),
        entry("demo-1.5.tar.gz"),
        entry("other-9.0.tar.gz"),
        entry("demo-x.tar.gz"),
    ]
    evaluator = Evaluator(make_target(), IndexSettings(prefer_binary=prefer_binary))
    results = [evaluator.evaluate(each, DEMO) for each in entries]
    made = [each for each in results if isinstance(each, Candidate)]
    expected = sort_candidates(made, prefer_binary=prefer_binary)
    assert tuple(evaluator.select(entries, DEMO)) == expected
    assert len(expected) == 10


def test_a_version_whose_files_are_all_rejected_has_no_candidates() -> None:
    entries = [entry("demo-2.0-py3-none-any.whl", **{"requires-python": "<3"}), *many(2)]
    candidates = Evaluator(make_target(), IndexSettings()).select(entries, DEMO)
    assert list(candidates.of_version(Version("2.0"))) == []
    assert next(iter(candidates)).version == Version("1.0")


def test_a_selection_keeps_versions_in_order_and_asks_for_what_is_looked_at() -> None:
    def candidate(version: str, *, is_wheel: bool) -> Candidate:
        file = DistributionFile(f"demo-{version}", f"https://index.test/demo-{version}")
        return Candidate(DEMO, Version(version), file, is_wheel=is_wheel)

    wheel, source = candidate("2.0", is_wheel=True), candidate("1.0", is_wheel=False)
    candidates = Candidates.of([wheel, source])
    asked: list[Candidate] = []

    def is_wheel(each: Candidate) -> bool:
        asked.append(each)
        return each.is_wheel

    wheels = candidates.only(is_wheel)
    assert (next(iter(wheels)), asked) == (wheel, [wheel])
    assert list(wheels) == [wheel]
    assert candidates.ascending == [Version("1.0"), Version("2.0")]
