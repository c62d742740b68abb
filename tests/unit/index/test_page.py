"""PEP 708: which pages of several indexes are of one project."""

from __future__ import annotations

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.index.errors import UnrelatedIndexesError
from bootstrap.index.page import ProjectDetails, require_related

ONE, TWO, THREE = (f"https://{host}.example/simple/" for host in ("one", "two", "three"))


def page(
    index: str, tracks: tuple[str, ...] = (), locations: tuple[str, ...] = ()
) -> ProjectDetails:
    return ProjectDetails(NormalizedName("demo"), index, (), tracks, locations)


@pytest.mark.parametrize(
    "pages",
    [
        [],
        [page(ONE, tracks=(f"{TWO}demo/",))],
        [page(ONE), page(TWO)],
        [page(ONE), page(TWO, tracks=(f"{ONE}demo/",))],
        [page(ONE, tracks=(f"{THREE}demo",)), page(TWO, tracks=(f"{THREE}demo/",))],
        [page(ONE, locations=(f"{TWO}demo/",)), page(TWO)],
        [page(ONE, locations=(f"{TWO}demo/",)), page(TWO, locations=(f"{ONE}demo/",))],
        [page("https://me:pw@one.example/simple"), page(TWO, tracks=(f"{ONE}demo/",))],
    ],
)
def test_indexes_that_are_related_or_declare_nothing_are_mixed(
    pages: list[ProjectDetails],
) -> None:
    require_related(pages)


@pytest.mark.parametrize(
    "pages",
    [
        [page(ONE, tracks=(f"{THREE}demo/",)), page(TWO)],
        [page(ONE, tracks=(f"{THREE}demo/",)), page(TWO, tracks=(f"{ONE}demo/",))],
        [page(ONE, locations=(f"{THREE}demo/",)), page(TWO)],
        [page(ONE, locations=(f"{TWO}demo/",)), page(TWO), page(THREE)],
        [page(ONE, locations=(f"{TWO}demo/",)), page(TWO, locations=(f"{THREE}demo/",))],
    ],
)
def test_unrelated_indexes_are_refused_with_a_hint(pages: list[ProjectDetails]) -> None:
    with pytest.raises(UnrelatedIndexesError, match=r"one\.example") as caught:
        require_related(pages)
    assert "--index-strategy first" in str(caught.value.hint)
