"""Hostile and odd wheels, given to the program as a user would give them.

Every tenth kind in every run, all of them with `-m 'slow or not slow'`. Which rule refuses which
kind is the matter of `tests/unit/install/test_wheel_rules.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bootstrap.install.wheel_rules import Rule
from tests.functional.engine import snapshot
from tests.functional.install.conftest import Site
from tests.unit.install.hostile import KINDS, Kind


def _some_at_once(kinds: Sequence[Kind]) -> list[object]:
    return [
        pytest.param(kind, id=str(kind), marks=pytest.mark.slow if number % 10 else ())
        for number, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize("kind", _some_at_once([kind for kind in KINDS if kind.rule is not None]))
def test_a_hostile_wheel_is_refused_in_one_message_and_nothing_is_written(
    kind: Kind, site: Site, tmp_path: Path
) -> None:
    wheel = site.wheels / kind.filename
    wheel.write_bytes(kind.content())
    before = snapshot(tmp_path)
    misnamed = kind.rule is Rule.FILENAME  # known before the file is looked at
    site.refuses("--no-cache-dir", wheel, status=2 if misnamed else 1)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("kind", _some_at_once([kind for kind in KINDS if kind.rule is None]))
def test_an_unusual_wheel_is_installed(kind: Kind, site: Site) -> None:
    wheel = site.wheels / kind.filename
    wheel.write_bytes(kind.content())
    site.installs(wheel)
    assert list(site.library.glob("*-*.dist-info/RECORD"))
    assert not list(site.venv.rglob(".get-installer*"))
