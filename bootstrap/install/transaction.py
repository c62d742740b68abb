"""The transaction: everything is staged and checked before anything changes, then committed.

A copy of get-installer that replaces itself keeps running (pip#13079): the command line has its
files in memory (`_snapshot`).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.managed import require_unmanaged
from bootstrap.environment.model import TargetEnvironment
from bootstrap.formats.documents import read_file
from bootstrap.install.commit.commit import commit
from bootstrap.install.commit.leftovers import find_staging_directories
from bootstrap.install.commit.plan import TargetInspector
from bootstrap.install.commit.preflight import check_writable
from bootstrap.install.commit.recovery import find_left_alone, undo_interrupted
from bootstrap.install.commit.staging import Staging, StagingState
from bootstrap.install.commit.trees import MergedTree, merge_trees, stage_without_lines
from bootstrap.install.errors import translate_os_errors
from bootstrap.install.file_owners import FileOwners
from bootstrap.install.model import InstalledDistribution, InstallSettings, WheelToInstall
from bootstrap.install.scheme_paths import SchemePaths
from bootstrap.install.staged_wheel import StagedWheel, stage_record
from bootstrap.install.uninstall import find_installed_files, scan_libraries
from bootstrap.install.unpack import unpack
from bootstrap.install.vcs_src import clean_up, src_directory
from bootstrap.install.wheel.scripts import script_interpreter
from bootstrap.limits import RECORD_SIZE, LimitError
from bootstrap.locking import hold_locks
from bootstrap.metadata.installed_record import InstalledRecord
from bootstrap.signals import SignalGuard
from bootstrap.ui import Ui


def install(
    target: TargetEnvironment, wheels: Sequence[WheelToInstall], settings: InstallSettings, ui: Ui
) -> tuple[InstalledDistribution, ...]:
    """Install wheels into the target: all of them, or none and nothing is changed.

    The versions that they replace are uninstalled. Raises `WheelRefusedError` and `InstallError`.
    """
    if not wheels:
        recover(target, ui, settings)
        return ()
    with begin(target, settings, ui) as transaction:
        for wheel in wheels:
            transaction.stage(wheel)
        return transaction.commit()


def recover(target: TargetEnvironment, ui: Ui, settings: InstallSettings | None = None) -> None:
    """Undo what our interrupted runs did to the target, and remove what they left; `-v` shows it.

    What seems to be left, but is not ours, is named in a warning. Fast where there is nothing.
    Raises `InstallError` and `LockTimeoutError`.
    """
    _recover(target, ui, settings, ui.warn)


def _recover(
    target: TargetEnvironment,
    ui: Ui,
    settings: InstallSettings | None,
    report: Callable[[str], None],
) -> None:
    timeout = (settings or InstallSettings()).lock_timeout
    paths = SchemePaths(target.scheme)
    guard = SignalGuard()
    with translate_os_errors(paths.libraries[0]):
        if find_staging_directories(paths):
            with (
                guard.install(),
                guard.allow(),
                hold_locks(paths.lock_paths(), timeout, ui.info),
                guard.delay(),
            ):
                undo_interrupted(paths, ui, report)
    repositories = src_directory(target)
    with translate_os_errors(str(repositories)):
        clean_up(repositories, ui, report)


@contextmanager
def begin(
    target: TargetEnvironment,
    settings: InstallSettings,
    ui: Ui,
    on_commit: Callable[[], None] = lambda: None,
    order: Sequence[NormalizedName] = (),
    *,
    present: Set[str] | None = None,
) -> Iterator[Transaction]:
    """Begin a transaction; without a commit, the target is unchanged after the context.

    Ctrl-C, SIGTERM and SIGHUP count as errors; during the commit they are delayed. Raises
    `InstallError` and `LockTimeoutError`.

    :param on_commit: called at the end if there was a commit, even where an error came after it
    :param order: the order of installation; of files that two distributions share, those of the
        later one are installed. Without it, the order in which they are staged
    :param present: the metadata directories that were there when it was decided what to install;
        without it, those there now. Only another one can be what another run installed meanwhile
    """
    require_unmanaged(target)
    paths = SchemePaths(target.scheme)
    with translate_os_errors(str(target.scheme.purelib)):
        check_writable(paths)
        present = paths.find_metadata() if present is None else present
    _recover(target, ui, settings, ui.detail)  # `recover` has reported already
    guard = SignalGuard()
    with guard.install():
        transaction = Transaction(target, settings, ui, paths, guard, order=order, present=present)
        try:
            with guard.allow():
                yield transaction
        finally:
            if transaction.is_committed:
                on_commit()
            transaction.end()


class Transaction:
    """One change of an environment, created by `begin`."""

    def __init__(
        self,
        target: TargetEnvironment,
        settings: InstallSettings,
        ui: Ui,
        paths: SchemePaths,
        guard: SignalGuard,
        *,
        order: Sequence[NormalizedName] = (),
        present: Set[str] = frozenset(),
    ) -> None:
        self._order = {name: number for number, name in enumerate(order)}
        self._target, self._settings, self._ui = target, settings, ui
        self._paths, self._guard, self._present = paths, guard, present
        self._staging = Staging(paths, guard.delay)
        self._interpreter = script_interpreter(target)
        self._staged: list[StagedWheel] = []

    def stage(self, wheel: WheelToInstall) -> None:
        """Unpack a wheel beside its destination; several threads may do so at once.

        All must have returned before the context ends. Raises `WheelRefusedError` and
        `InstallError`.
        """
        with self._translate_os_errors():
            staged = unpack(wheel, self._staging, self._interpreter, self._settings)
        for warning in staged.warnings:
            self._ui.warn(warning, code="unusual-wheel")
        self._staged.append(staged)

    def commit(self) -> tuple[InstalledDistribution, ...]:
        """Move everything staged to its destination, and remove the versions that it replaces.

        Raises `InstallError` and `LockTimeoutError`; nothing has changed then.
        """
        # What arrived first must not decide whose files win; the sort is stable.
        self._staged.sort(key=lambda staged: self._order.get(staged.name, 0))
        if self._settings.compile:
            # Imported here: only this needs processes.
            from bootstrap.install.compile import compile_modules, python_command

            python = python_command(str(self._target.executable), self._target.version_info)
            compile_modules(self._staged, python)
        with self._translate_os_errors():
            for staged in self._staged:
                stage_record(staged)
        names = {staged.name for staged in self._staged}
        replaced = self._change(names, uninstall=not self._settings.ignore_installed)
        scheme, installed = self._target.scheme, []
        for staged in self._staged:
            directory = Path(getattr(scheme, staged.library)) / staged.dist_info
            versions = (record.version for record in replaced if record.name == staged.name)
            version = next(filter(None, versions), None)
            scripts, console_scripts = (
                tuple(scheme.scripts / name for name in names)
                for names in (staged.scripts, staged.console_scripts)
            )
            installed.append(
                InstalledDistribution(
                    staged.name, staged.version, directory, version, scripts, console_scripts
                )
            )
        return tuple(installed)

    @property
    def is_committed(self) -> bool:
        """Whether the change was made and is not undone any more."""
        return self._staging.state is StagingState.COMMITTED

    def end(self) -> None:
        """Remove the staging directories."""
        self._staging.end()

    def _translate_os_errors(self) -> AbstractContextManager[None]:
        return translate_os_errors(self._paths.libraries[0])

    def _change(self, names: set[NormalizedName], *, uninstall: bool) -> list[InstalledRecord]:
        """Make the change under the environment's lock; return what it uninstalled."""
        settings, ui = self._settings, self._ui
        lock = hold_locks(self._paths.lock_paths(), settings.lock_timeout, ui.info)
        with self._translate_os_errors(), lock:
            with self._guard.delay():
                undo_interrupted(self._paths, ui, ui.detail)
                left_alone = find_left_alone(self._paths)
            records = [record for record in scan_libraries(self._paths) if record.name in names]
            if not (settings.force or settings.ignore_installed):
                done = self._drop_what_another_run_installed(records)
                records = [record for record in records if record.name not in done]
                names -= done
                if not names:
                    return []
            uninstalled = records if uninstall else []
            owned = [find_installed_files(record, self._paths) for record in uninstalled]
            pth_lines = defaultdict[str, set[str]](set)
            for path, lines in (item for files in owned for item in files.pth_lines.items()):
                pth_lines[path] |= lines
            without_lines = (
                stage_without_lines(path, removed_lines, self._staging)
                for path, removed_lines in pth_lines.items()
            )
            trees = [tree for tree in without_lines if tree is not None]
            merged = merge_trees([*trees, *(staged.tree for staged in self._staged)])
            owners = FileOwners(self._paths, names)
            old = frozenset[str]().union(*(files.files for files in owned))
            self._staging.create_root(self._paths.libraries[0])  # there may be nothing staged
            keep = settings.keep_existing
            inspector = TargetInspector(
                self._staging, merged, old, owners, left_alone=left_alone, keep_existing=keep
            )
            commit(
                inspector,
                self._guard,
                ui,
                force=settings.force,
                on_left=lambda left: self._leave_out(frozenset(left), merged),
            )
        for path in (path for files in owned for path in files.outside):
            ui.warn(f"{path} was not removed: it is outside this environment.", code="not-removed")
        return uninstalled

    def _drop_what_another_run_installed(
        self, records: Sequence[InstalledRecord]
    ) -> set[NormalizedName]:
        """Drop what another run has installed meanwhile, byte for byte; return the names.

        What was there before is replaced: that was decided with it in view. So is what is named by
        a URL or a directory, as ever.
        """
        scheme, done = self._target.scheme, set[NormalizedName]()
        for staged in self._staged:
            dist_info = Path(getattr(scheme, staged.library), staged.dist_info)
            present = [record.path for record in records if record.name == staged.name]
            if (
                [os.path.realpath(path) for path in present] == [os.path.realpath(dist_info)]
                and os.path.realpath(dist_info) not in self._present
                and str(dist_info / "direct_url.json") not in staged.rows
                and _read(dist_info / "RECORD") == Path(staged.record).read_bytes()
            ):
                done.add(staged.name)
        self._staged = [staged for staged in self._staged if staged.name not in done]
        return done

    def _leave_out(self, left: Set[str], merged: MergedTree) -> None:
        """Leave out of each RECORD what is not installed, because something is there already.

        Otherwise the next upgrade would remove that, which is not ours.
        """
        for staged in self._staged:
            directory, relative = self._paths.locate(staged.library, f"{staged.dist_info}/RECORD")
            staged.record = os.path.join(merged.roots[directory], relative)
            for path in list(staged.rows):
                around = (Path(path), *Path(path).parents)
                if not left.isdisjoint(map(str, around)):
                    del staged.rows[path]
            stage_record(staged)


def _read(path: Path) -> bytes | None:
    """Return the content of an installed RECORD; None where it cannot be read, or is too large."""
    try:
        return read_file(path, RECORD_SIZE)
    except (OSError, LimitError):
        return None
