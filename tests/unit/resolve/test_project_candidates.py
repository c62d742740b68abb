"""What specifiers leave of a project's candidates is what `packaging` leaves of all of them."""

from __future__ import annotations

import random

import pytest

from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.candidate import Candidate, DistributionFile
from bootstrap.index.candidates import Candidates
from bootstrap.resolve.model import pins_one_version
from bootstrap.resolve.project_candidates import ProjectCandidates

NAME = NormalizedName("a")
VERSIONS = ["0.9", "1.0", "1.0.post1", "1.1rc1", "1.1", "1.2", "2.0a1", "2.0", "2.0+local", "3.0b1"]
CLAUSES = [
    *("", ">=1.0", ">1.0", "<2.0", "<=1.2", "~=1.0", "~=1.1rc1", "!=1.1", "!=1.*", "==1.*"),
    *("==1.1", "==2.0", "===2.0", ">=1.1rc1", "<3", "==3.0b1", ">=2.5", "==9", ">2,<1"),
]


def make_candidates(yanked: set[str]) -> list[Candidate]:
    def file(version: str) -> DistributionFile:
        url = f"https://index.test/a-{version}.whl"
        return DistributionFile(f"a-{version}.whl", url, yanked="" if version in yanked else None)

    newest_first = sorted(VERSIONS, key=Version, reverse=True)
    return [Candidate(NAME, Version(each), file(each), is_wheel=True) for each in newest_first]


def filter_all(
    candidates: list[Candidate], specifier: SpecifierSet, pre: bool | None
) -> list[Candidate]:
    """Filter by the rules as they are written down, with one specifier for everything."""

    def final(files: list[Candidate]) -> list[Candidate]:
        return list(specifier.filter(files, pre, key=lambda each: each.version))

    matching = list(specifier.filter(candidates, prereleases=True, key=lambda each: each.version))
    not_yanked = final([each for each in matching if each.file.yanked is None])
    return not_yanked or (final(matching) if pins_one_version(specifier) else [])


@pytest.mark.parametrize("pre", [None, True, False])
def test_several_specifiers_allow_what_they_allow_combined(pre: bool | None) -> None:
    choice = random.Random(13)
    for _ in range(400):
        candidates = make_candidates(set(choice.sample(VERSIONS, choice.randrange(4))))
        project = ProjectCandidates(Candidates.of(candidates), pre=pre)
        specifiers = [SpecifierSet(text) for text in choice.sample(CLAUSES, choice.randrange(1, 4))]
        combined = SpecifierSet(",".join(str(each) for each in specifiers if str(each)))
        assert list(project.find_eligible(specifiers)) == filter_all(candidates, combined, pre)
        matching = list(project.find_matching(specifiers))
        assert matching == [
            each for each in candidates if combined.contains(each.version, prereleases=True)
        ]
        assert project.has_match(specifiers) == bool(matching)


def test_only_candidates_that_are_looked_at_are_made() -> None:
    made: list[int] = []

    def make(position: int) -> list[Candidate]:
        made.append(position)
        return [candidates[position]]

    candidates = make_candidates(set())
    project = ProjectCandidates(Candidates([each.version for each in candidates], make))
    below_2 = project.find_eligible([SpecifierSet(">=1"), SpecifierSet("<2")])
    assert str(next(below_2).version) == "1.2"
    assert made == [candidates.index(each) for each in candidates if str(each.version) == "1.2"]
    assert not project.has_match([SpecifierSet(">=2"), SpecifierSet("<1")])
    assert len(made) == 1
