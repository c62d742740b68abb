"""Arrivals: how what is staged comes to its place, in as few steps as possible."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from bootstrap.install.commit.ground import Ground
from bootstrap.install.commit.plan import Plan
from bootstrap.install.commit.steps import Make, Put, Step, Swap

METADATA = (".dist-info", ".egg-info")


def plan_arrivals(plan: Plan, ground: Ground) -> None:
    """Plan the arrival of everything staged. Raises `NotWritableError`."""
    for directory, staged in ground.staging.roots.items():
        _make_missing(directory, plan)
        _Arrivals(plan, ground, directory).merge(staged, directory)


def _make_missing(directory: str, plan: Plan) -> None:
    missing = []
    while not os.path.lexists(directory) and directory not in plan.new:
        missing.append(directory)
        directory = os.path.dirname(directory)
    plan.new.update(missing)
    plan.made += [Make(path) for path in reversed(missing)]


@dataclass(frozen=True)
class _Arrivals:
    """The arrivals in one directory of the scheme."""

    plan: Plan
    ground: Ground
    root: str

    def merge(self, staged: str, directory: str) -> None:
        """Bring the entries of a staged directory into one that is there."""
        for entry in sorted(os.scandir(staged), key=lambda entry: entry.name):
            path = os.path.join(directory, entry.name)
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                self.plan.new.add(path)
                self._turn(path, self.plan.added).append(Put(path, entry.path, entry.inode()))
                continue
            if not stat.S_ISDIR(found.st_mode):
                self._replace_file(path, entry)
            elif entry.is_dir(follow_symlinks=False):
                self._replace_directory(path, entry)
            else:
                self._replace_directory_by_file(path, entry)

    def _replace_file(self, path: str, entry: os.DirEntry[str]) -> None:
        self.ground.movable(path)
        if path not in self.ground.old:
            self.plan.in_the_way[path] = entry.path
        self._swap(path, entry)

    def _replace_directory(self, path: str, entry: os.DirEntry[str]) -> None:
        # Packages change over at one instant, whatever else lies in them; a `share` is no package.
        in_library = self.root in self.ground.staging.places.libraries
        strays = self.ground.strays(path) if in_library else self.ground.strays(path, most=0)
        if strays is None:
            self.merge(entry.path, path)
            return
        for stray in strays:
            twin = entry.path + stray[len(path) :]
            if os.path.lexists(twin):
                self.plan.in_the_way[stray] = twin
            else:
                self.plan.adopted.append((stray, twin))
        self.plan.gone.add(path)
        self._swap(path, entry)

    def _replace_directory_by_file(self, path: str, entry: os.DirEntry[str]) -> None:
        if not self.ground.may_go_whole(path):
            self.plan.in_the_way[path] = entry.path
        self.plan.gone.add(path)
        self._swap(path, entry)

    def _swap(self, path: str, entry: os.DirEntry[str]) -> None:
        self.plan.new.add(path)
        step = Swap(path, entry.path, self.ground.kept(path), entry.inode())
        self._turn(path, self.plan.replaced).append(step)

    def _turn(self, path: str, otherwise: list[Step]) -> list[Step]:
        places = self.ground.staging.places
        if self.root == places.directories["scripts"]:
            return self.plan.scripts
        if os.path.dirname(path) in places.libraries and path.endswith(METADATA):
            return self.plan.metadata
        return otherwise
