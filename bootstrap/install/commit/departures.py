"""Departures: how what is no longer wanted goes, in whole directories where possible."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass

from bootstrap.install.commit.arrivals import METADATA
from bootstrap.install.commit.ground import Ground
from bootstrap.install.commit.plan import Plan
from bootstrap.install.commit.steps import Drop, Take
from bootstrap.install.environment.bytecode_files import bytecode_of


def plan_departures(plan: Plan, ground: Ground) -> None:
    """Plan the removal of what is to go and was not replaced. Raises `NotWritableError`."""
    departures = _Departures(plan, ground)
    going = departures.going()
    departures.take_directories(going)
    departures.take_files(going)
    departures.drop_emptied()


@dataclass(frozen=True)
class _Departures:
    plan: Plan
    ground: Ground

    def going(self) -> set[str]:
        """Return the files that go one by one, stale bytecode among them."""
        going: set[str] = set()
        for path in self.ground.old:
            if not self.plan.is_gone(path):
                going |= {each for each in bytecode_of(path) if each not in self.plan.new}
                if path not in self.plan.new and os.path.lexists(path):
                    going.add(path)
        return {path for path in going if os.path.islink(path) or not os.path.isdir(path)}

    def take_directories(self, going: set[str]) -> None:
        """Take away directories in which everything goes, the outermost first."""
        for directory in sorted(self._directories_around(going), key=len):
            if self.plan.is_gone(directory) or self.plan.holds_new(directory):
                continue
            if os.path.isdir(directory) and self.ground.may_go_whole(directory):
                self._take(directory)

    def take_files(self, going: set[str]) -> None:
        """Take away the other files, but for those that another distribution lists, too."""
        for path in sorted(going):
            if not self.plan.is_gone(path) and self.ground.owners[path] is None:
                self.ground.movable(path)
                self._take(path)

    def _take(self, path: str) -> None:
        self.plan.gone.add(path)
        in_library = os.path.dirname(path) in self.ground.staging.places.libraries
        is_metadata = in_library and path.endswith(METADATA)
        turn = self.plan.old_metadata if is_metadata else self.plan.removed
        turn.append(Take(path, self.ground.kept(path)))

    def drop_emptied(self) -> None:
        """Remove directories that become empty yet could not be taken away whole."""
        taken = {step.path for step in (*self.plan.removed, *self.plan.old_metadata)}
        around = self._directories_around(taken)
        for directory in sorted(around, key=len, reverse=True):
            if self.plan.is_gone(directory) or self.plan.holds_new(directory):
                continue
            if all(os.path.join(directory, name) in taken for name in os.listdir(directory)):
                status = os.lstat(directory)
                mode = stat.S_IMODE(status.st_mode)
                self.plan.dropped.append(Drop(directory, mode, status.st_uid, status.st_gid))
                taken.add(directory)

    def _directories_around(self, paths: Iterable[str]) -> set[str]:
        """Return all directories around paths, up to but without those of the scheme."""
        places = self.ground.staging.places
        scheme = set(places.directories.values())
        found: set[str] = set()
        for path in paths:
            directory = os.path.dirname(path)
            while directory not in found | scheme and places.contains(directory):
                found.add(directory)
                directory = os.path.dirname(directory)
        return found
