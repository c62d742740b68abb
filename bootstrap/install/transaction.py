"""The transaction: everything is staged and checked before anything changes, then it is committed.

This is the one place where the room's parts are composed. A copy of ourselves that replaces itself
goes on as what it was (pip#13079): the command line holds its files in memory (`_snapshot`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.environment.managed import require_unmanaged
from bootstrap.environment.model import TargetEnvironment
from bootstrap.install.commit.commit import abandoned_areas, commit, recover_areas
from bootstrap.install.commit.preflight import check_writable
from bootstrap.install.commit.staging import Staging, StagingState, stage_without_lines
from bootstrap.install.errors import OverwriteError, translated
from bootstrap.install.model import InstalledDistribution, InstallSettings, WheelToInstall
from bootstrap.install.scheme_paths import SchemePaths, lock_paths
from bootstrap.install.uninstall import InstalledFiles, Owners, installed_records, owned_by
from bootstrap.install.unpack import StagedWheel, unpack, write_final_record
from bootstrap.install.vcs_src import mend, repositories_of
from bootstrap.install.wheel.scripts import interpreter_of
from bootstrap.locking import hold_locks
from bootstrap.metadata.installed import InstalledRecord
from bootstrap.signals import SignalGuard
from bootstrap.ui import Ui


def install(
    target: TargetEnvironment, wheels: Sequence[WheelToInstall], settings: InstallSettings, ui: Ui
) -> tuple[InstalledDistribution, ...]:
    """Install wheels into the target: all of them, or none and nothing is changed.

    What they replace is uninstalled. Raises `WheelRefusedError` and `InstallError`.
    """
    if not wheels:
        recover(target, ui, settings)
        return ()
    with begin(target, settings, ui) as transaction:
        for wheel in wheels:
            transaction.stage(wheel)
        return transaction.commit()


def uninstall(
    target: TargetEnvironment, names: Iterable[str], settings: InstallSettings, ui: Ui
) -> tuple[NormalizedName, ...]:
    """Uninstall distributions: all of those named, or none. Return those that were there."""
    with begin(target, settings, ui) as transaction:
        return transaction.remove(names)


def recover(target: TargetEnvironment, ui: Ui, settings: InstallSettings | None = None) -> None:
    """Undo or sweep away what interrupted runs left in the target; `-v` tells of it.

    Quick where there is nothing. Raises `InstallError`.
    """
    timeout = (settings or InstallSettings()).lock_timeout
    places = SchemePaths(target.scheme)
    guard = SignalGuard()
    with translated(places.libraries[0]):
        if abandoned_areas(places):
            with (
                guard.install(),
                guard.allow(),
                hold_locks(lock_paths(places), timeout, ui.info),
                guard.delay(),
            ):
                recover_areas(abandoned_areas(places), ui)
    with translated(str(repositories_of(target))):
        mend(repositories_of(target), ui)


@contextmanager
def begin(
    target: TargetEnvironment,
    settings: InstallSettings,
    ui: Ui,
    committed: Callable[[], None] = lambda: None,
) -> Iterator[Transaction]:
    """Begin a change of the target; leaving the context without a commit leaves no trace of it.

    Ctrl-C, SIGTERM and SIGHUP count as errors, too; during the commit they are held back. Raises
    `InstallError`.

    :param committed: called at the end if there was a commit, even where an error came after it
    """
    require_unmanaged(target)
    places = SchemePaths(target.scheme)
    with translated(str(target.scheme.purelib)):
        check_writable(places)
    recover(target, ui, settings)
    guard = SignalGuard()
    with guard.install():
        transaction = Transaction(target, settings, ui, places, guard)
        try:
            with guard.allow():
                yield transaction
        finally:
            if transaction.is_committed:
                committed()
            transaction.end()


class Transaction:
    """One change of an environment, made by `begin`."""

    def __init__(
        self,
        target: TargetEnvironment,
        settings: InstallSettings,
        ui: Ui,
        places: SchemePaths,
        guard: SignalGuard,
    ) -> None:
        self._target, self._settings, self._ui = target, settings, ui
        self._places, self._guard = places, guard
        self._staging = Staging(places, guard.delay)
        self._interpreter = interpreter_of(target)
        self._staged: list[StagedWheel] = []

    def stage(self, wheel: WheelToInstall) -> None:
        """Unpack a wheel beside its place; several threads may do so at once.

        All must have returned before the context is left. Raises `WheelRefusedError` and
        `InstallError`.
        """
        with self._translated():
            staged = unpack(wheel, self._staging, self._interpreter, self._settings)
        for warning in staged.warnings:
            self._ui.warn(warning)
        self._staged.append(staged)

    def commit(self) -> tuple[InstalledDistribution, ...]:
        """Put everything staged in its place, and remove what it replaces.

        Raises `InstallError`; nothing has changed then.
        """
        self._refuse_conflicts()
        if self._settings.compile:
            # Imported here: nobody else needs processes.
            from bootstrap.install.compile import compile_modules, interpreter

            python = interpreter(str(self._target.executable), self._target.version_info)
            compile_modules(self._staged, python)
        with self._translated():
            for staged in self._staged:
                write_final_record(staged, self._staging)
        names = {staged.name for staged in self._staged}
        replaced = self._change(names, uninstall=not self._settings.ignore_installed)
        return tuple(self._installed(staged, replaced) for staged in self._staged)

    def remove(self, names: Iterable[str]) -> tuple[NormalizedName, ...]:
        """Uninstall what is named. Raises `InstallError`; nothing has changed then."""
        wanted = {canonicalize_name(name) for name in names}
        removed = self._change(wanted, uninstall=True)
        return tuple(sorted({present.name for present in removed}))

    @property
    def is_committed(self) -> bool:
        """Whether the change was made, for good."""
        return self._staging.fate is StagingState.COMMITTED

    def end(self) -> None:
        """Remove every trace of staging."""
        self._staging.end()

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self._places.libraries[0])

    def _refuse_conflicts(self) -> None:
        conflicts = [each for staged in self._staged for each in staged.conflicts]
        if conflicts and not self._settings.force:
            raise OverwriteError(conflicts)
        for path, owner, claimant in conflicts:
            self._ui.warn(f"{path} is in both {owner} and {claimant}; that of {owner} is taken.")

    def _change(self, names: set[NormalizedName], *, uninstall: bool) -> list[InstalledRecord]:
        """Make the change under the environment's lock; return what it uninstalled."""
        paths = lock_paths(self._places)
        with self._translated(), hold_locks(paths, self._settings.lock_timeout, self._ui.info):
            with self._guard.delay():
                recover_areas(abandoned_areas(self._places), self._ui)
            leaving = [each for each in installed_records(self._places) if each.name in names]
            owned = [owned_by(each, self._places) for each in leaving] if uninstall else []
            self._edit_lines(owned)
            owners = Owners(self._places, names)
            old = frozenset[str]().union(*(each.files for each in owned))
            self._staging.root(self._places.libraries[0])
            force = self._settings.force
            commit(self._staging, old, owners, self._guard, self._ui, force=force)
        self._tell(owned)
        return leaving if uninstall else []

    def _edit_lines(self, owned: list[InstalledFiles]) -> None:
        """Stage .pth files without the lines that go."""
        going: dict[str, frozenset[str]] = {}
        for path, lines in (item for each in owned for item in each.lines.items()):
            going[path] = going.get(path, frozenset()) | lines
        for path, lines in going.items():
            stage_without_lines(path, lines, self._staging)

    def _tell(self, owned: list[InstalledFiles]) -> None:
        for path in (path for each in owned for path in each.outside):
            self._ui.warn(f"{path} was not removed: it does not belong to this environment.")

    def _installed(
        self, staged: StagedWheel, replaced: list[InstalledRecord]
    ) -> InstalledDistribution:
        scheme = self._target.scheme
        before = [each.version for each in replaced if each.name == staged.name and each.version]
        return InstalledDistribution(
            staged.name,
            staged.version,
            Path(getattr(scheme, staged.library)) / staged.dist_info,
            before[0] if before else None,
            tuple(scheme.scripts / name for name in staged.scripts),
        )
