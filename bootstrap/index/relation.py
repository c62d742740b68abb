"""PEP 708: whether several indexes that serve one name serve one project."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from bootstrap.index.errors import UnrelatedIndexesError
from bootstrap.index.page import ProjectDetails
from bootstrap.network.urls import split_credentials


def require_related(pages: Sequence[ProjectDetails]) -> None:
    """Raise `UnrelatedIndexesError` where the pages of one name are not of one project.

    They are when one lists all others as alternate locations, or when all but the tracked one
    track the same. Where no index says anything of the kind, pip's behaviour stays: they are
    mixed, since most indexes in use know nothing of PEP 708.
    """
    if len(pages) < 2 or not any(page.tracks or page.alternate_locations for page in pages):
        return
    if _list_each_other(pages) or _track_the_same(pages):
        return
    raise UnrelatedIndexesError(pages[0].name, [page.index_url for page in pages])


def _list_each_other(pages: Sequence[ProjectDetails]) -> bool:
    """Whether the pages that name alternate locations name all of them, each itself implied."""
    saying = [page for page in pages if page.alternate_locations]
    places = {_place(page) for page in pages}
    return bool(saying) and all(
        places <= {_place(page), *map(_comparable, page.alternate_locations)} for page in saying
    )


def _track_the_same(pages: Sequence[ProjectDetails]) -> bool:
    """Whether one place is tracked by every page but its own."""
    tracked = [
        {_place(page), *map(_comparable, page.tracks)}
        if not page.tracks
        else set(map(_comparable, page.tracks))
        for page in pages
    ]
    return bool(set.intersection(*tracked))


def _place(page: ProjectDetails) -> str:
    return _comparable(f"{page.index_url.rstrip('/')}/{page.name}/")


def _comparable(url: str) -> str:
    """Return a project page's URL in one spelling."""
    parts = urlsplit(split_credentials(url)[0])
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}/"
