"""How many requests a run makes: each costs the way to the server, and nothing else shows it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex, ensurepip_wheel
from tests.functional.engine import Engine

ALONE = ("--installer", "none")
WIDTH = 24
"""Projects that `app` requires; each requires `base` and the next one, as in a real tree."""


@pytest.fixture
def tree(index: LocalIndex) -> LocalIndex:
    """A tree of projects, of which each has an older version that nobody needs."""
    names = [f"part-{number}" for number in range(WIDTH)]
    index.add("app", "1.0", requires=names)
    for number, name in enumerate(names):
        following = names[number + 1 : number + 2]
        for version in ("1.0", "1.1"):
            index.add(name, version, requires=["base>=1", *following])
    index.add("base", "1.0")
    return index


def kinds(index: LocalIndex) -> Counter[str]:
    """Count the requests by what they ask for; nothing may be asked for twice."""
    requests = Counter(request.path for request in index.server.requests)
    index.server.requests.clear()
    assert [path for path, times in requests.items() if times > 1] == []

    def kind(path: str) -> str:
        return path.rpartition(".")[2] if path.startswith("/files/") else "page"

    return Counter(kind(path) for path in requests)


def test_installing_pip_takes_a_page_its_metadata_and_the_wheel(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    engine.succeeds("--venv", venv, "--no-setuptools", "--no-wheel", *index.options)
    assert kinds(index) == {"page": 1, "metadata": 1, "whl": 1}
    assert index.server.files.keys() == {ensurepip_wheel().name}


def test_a_tree_takes_three_requests_a_distribution_and_one_with_a_warm_cache(
    engine: Engine, tree: LocalIndex, tmp_path: Path
) -> None:
    size = WIDTH + 2
    options = (*ALONE, *tree.options, "--cache-dir", str(tmp_path / "cache"), "app")
    engine.succeeds("--target", tmp_path / "cold", *options)
    assert kinds(tree) == {"page": size, "metadata": size, "whl": size}
    engine.succeeds("--target", tmp_path / "warm", *options)
    assert kinds(tree) == {"page": size}  # each answered with 304


def test_a_run_without_installing_fetches_no_wheel(
    engine: Engine, tree: LocalIndex, tmp_path: Path
) -> None:
    engine.succeeds("--target", tmp_path / "there", *ALONE, *tree.options, "--dry-run", "app")
    assert kinds(tree) == {"page": WIDTH + 2, "metadata": WIDTH + 2}


def test_what_is_installed_is_not_asked_for(engine: Engine, tree: LocalIndex, venv: Path) -> None:
    engine.succeeds("--venv", venv, *ALONE, *tree.options, "app")
    tree.server.requests.clear()
    engine.succeeds("--venv", venv, *ALONE, *tree.options, "app", "part-3", "base<2")
    assert tree.server.requests == []
    engine.succeeds("--venv", venv, *ALONE, *tree.options, "--upgrade", "app")
    assert kinds(tree) == {"page": 1}
