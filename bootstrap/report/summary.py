"""The end of a run, for people: what changed, one line each, where, and in how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.metadata.installed import installed_distributions
from bootstrap.report.installation import InstallResult
from bootstrap.resolve.requirement import Resolved
from bootstrap.ui import Ui

MAX_LINES = 30
"""How many changes are listed without `-v`."""


@dataclass(frozen=True)
class Change:
    """What happens to one distribution."""

    name: NormalizedName
    version: Version
    before: Version | None = None
    """The version that is replaced; the same one where it is installed again."""
    is_bundled: bool = False
    """Whether it is the wheel inside the .pyz."""

    @property
    def facts(self) -> dict[str, str | None]:
        """The change for `--json`."""
        before = None if self.before is None else str(self.before)
        return {"name": self.name, "before": before, "after": str(self.version)}

    @property
    def verb(self) -> str:
        """What is done to it, in one word."""
        if self.before is None:
            return "install"
        if self.before == self.version:
            return "reinstall"
        return "upgrade" if self.before < self.version else "downgrade"

    def text(self, arrow: str) -> str:
        """Return a line: `+` for what is new, `~` for what is replaced."""
        if self.before is None:
            line = f"+ {self.name} {self.version}"
        elif self.before == self.version:
            line = f"~ {self.name} {self.version} (installed again)"
        else:
            line = f"~ {self.name} {self.before} {arrow} {self.version}"
        return f"{line} (bundled with get-installer)" if self.is_bundled else line


def changes(result: InstallResult, *, dry_run: bool = False) -> tuple[Change, ...]:
    """Return what was installed (on a dry run, what would be): what was named comes first."""
    replaced: Mapping[NormalizedName, Version | None]
    chosen = result.resolution.to_install
    if dry_run:
        present = installed_distributions(result.target)
        replaced = {name: found.version for name, found in present.items()}
    else:
        replaced = {each.name: each.replaced for each in result.installed}
        chosen = tuple(each for each in chosen if each.name in replaced)  # not another run's
    ordered = sorted(chosen, key=lambda each: (each.requested is None, each.name))
    return tuple(
        Change(each.name, each.version, replaced.get(each.name), _is_bundled(each))
        for each in ordered
    )


def print_summary(
    result: InstallResult,
    ui: Ui,
    seconds: float,
    *,
    dry_run: bool = False,
    is_handed_off: bool = False,
) -> None:
    """Print what changed; `-v` lists more than `MAX_LINES`.

    Before a hand-off, a run that changes nothing says nothing.
    """
    environment = describe(result.target)
    found = changes(result, dry_run=dry_run)
    if ui.events is not None:
        facts = (each.facts for each in found)
        created = result.target.venv_to_create is not None if dry_run else result.created
        ui.events.changes(facts, environment, created=created, dry_run=dry_run)
    if not found:
        show = ui.detail if is_handed_off else ui.info
        present = _names_of(result)
        show(f"Nothing to do{f': {environment} already has {present}' if present else ''}.")
        return
    arrow = "→" if ui.can_print("→") else "->"
    for line in _fold([change.text(arrow) for change in found], is_whole=ui.verbosity >= 1):
        ui.info(line)
    packages = "1 package" if len(found) == 1 else f"{len(found)} packages"
    verb = verb_of(found)
    where = f"{'into' if verb == 'install' else 'in'} {environment}"
    if dry_run:
        ui.info(f"Would {verb} {packages} {where}.")
    else:
        done = f"{verb.capitalize()}{'d' if verb.endswith('e') else 'ed'}"
        ui.info(f"{done} {packages} {where} in {format_duration(seconds)}.")


def verb_of(found: Sequence[Change]) -> str:
    """Return what is done to all of them, or "change" where that differs."""
    verbs = {change.verb for change in found}
    return verbs.pop() if len(verbs) == 1 else "change"


def format_duration(seconds: float) -> str:
    """Return a duration as people read it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _fold(lines: Sequence[str], *, is_whole: bool) -> Iterator[str]:
    shown = lines if is_whole or len(lines) <= MAX_LINES else lines[: MAX_LINES - 1]
    yield from shown
    if len(shown) < len(lines):
        yield f"  and {len(lines) - len(shown)} more (-v shows all)"


def describe(target: TargetEnvironment) -> str:
    """Return where it is, and its Python; a foreign target may be nowhere."""
    python = f"Python {'.'.join(map(str, target.version_info))}"
    if not target.runnable:
        python += f" for {target.platform}"
    return f"{target.scheme.data} ({python})" if target.search_path else python


def _names_of(result: InstallResult) -> str:
    kept = result.resolution.distributions
    named = [resolved for resolved in kept if resolved.requested is not None] or kept
    names = [f"{resolved.name} {resolved.version}" for resolved in named]
    more = len(names) - MAX_LINES
    names = [*names[:MAX_LINES], f"{more} more"] if more > 0 else names
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _is_bundled(resolved: Resolved) -> bool:
    bundled = resolved.candidate.file.bundled if resolved.candidate is not None else None
    return bundled is not None and bool(bundled.remark)
