"""Whose file is it? Asked only where a file is in the way, since every RECORD has to be read."""

from __future__ import annotations

from collections.abc import Container
from functools import cached_property

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.install.environment.owned import owned_by
from bootstrap.install.environment.places import Places
from bootstrap.install.environment.present import present_distributions
from bootstrap.install.errors import CannotUninstallError


class Owners:
    """The owners of the target's files, those that are about to be replaced left out."""

    def __init__(self, places: Places, leaving: Container[NormalizedName]) -> None:
        self._places, self._leaving = places, leaving

    @cached_property
    def _by_path(self) -> dict[str, str]:
        owners: dict[str, str] = {}
        for present in present_distributions(self._places):
            if present.name in self._leaving:
                continue
            try:
                files = owned_by(present, self._places).files
            except CannotUninstallError:
                continue
            owners.update(dict.fromkeys(files, str(present)))
        return owners

    def __getitem__(self, path: str) -> str | None:
        return self._by_path.get(path)
