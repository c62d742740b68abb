"""Suggestions for a name that no location has: right ones, or none."""

from __future__ import annotations

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.resolve.explain.similar_names import find_similar

INDEX = {"django", "numpy", "pyyaml", "python-ldap", "pillow", "scikit-learn", "xattr", "requests"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("djagno", "django"),
        ("scikitlearn", "scikit-learn"),
        ("yaml", "pyyaml"),
        ("PIL", "pillow"),
        ("ldap", "python-ldap"),
        ("python-xattr", "xattr"),
        ("virtualevn", "virtualenv"),  # bundled knowledge: no index is needed
        ("internal-tol", "internal-tool"),  # required elsewhere
        ("cv2", None),  # the index lacks opencv-python
        ("pandsa", None),  # and pandas
        ("quite-another", None),
        ("np", None),
        ("x" * 300, None),
    ],
)
def test_what_is_meant_is_here_or_on_the_index(typed: str, meant: str | None) -> None:
    name = canonicalize_name(typed)
    assert find_similar(name, {"internal-tool", "idna"}, INDEX.__contains__) == meant


def test_an_index_is_asked_for_few_names() -> None:
    asked: list[str] = []

    def has_project(name: str) -> bool:
        asked.append(name)
        return False

    assert find_similar(canonicalize_name("attr"), (), has_project) is None
    assert find_similar(canonicalize_name("nupmy"), (), has_project) is None
    assert asked == ["attrs", "python-attr", "numpy", "python-nupmy"]
