"""Packing a kit: from a Config to a file, for targets that need not be here."""

from __future__ import annotations

import hashlib
import json
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path

from bootstrap import __version__
from bootstrap._bundled import bundled_wheel
from bootstrap.config.kits import PackSettings
from bootstrap.config.model import Config
from bootstrap.config.options.parser import parse_command_line
from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.handoff.command import installer_name
from bootstrap.index.finder import Finder
from bootstrap.index.locations import BundledLocation
from bootstrap.kit.contents import PackedKit, copy_contents, write_contents
from bootstrap.kit.defaults import (
    authorities_of,
    expiry_warnings,
    read_authorities,
    refuse_secrets,
)
from bootstrap.kit.describe import count_wheels
from bootstrap.kit.errors import BuildForOthersError
from bootstrap.kit.manifest import Manifest
from bootstrap.kit.reader import Kit, open_kit
from bootstrap.kit.resolve import ResolvedTarget, resolve_matrix
from bootstrap.kit.running import running_engine
from bootstrap.kit.targets import KitTarget, find_targets, packed_target, summarize
from bootstrap.kit.writer import open_writer
from bootstrap.network.session import Session
from bootstrap.preparer.prefetch import SharedMetadata
from bootstrap.preparer.preparer import Preparer
from bootstrap.redaction import redact
from bootstrap.resolve.requirement import InputRequirement, Resolution
from bootstrap.ui import Ui
from bootstrap.workflow.context import RunContext, create_context
from bootstrap.workflow.sources import open_session, open_sources, read_remote_files

_SOURCE_HINT = (
    "Name a directory of wheels with --find-links, or leave out --offline and --no-index."
)


@dataclass(frozen=True)
class OnceUi(Ui):
    """Shows each warning once: that of one file is the same for all targets."""

    seen: set[str] = field(default_factory=set, repr=False)

    def warn(self, message: str, *, code: str = "other") -> None:
        """Show a warning that was not shown before."""
        if message not in self.seen:
            self.seen.add(message)
            super().warn(message, code=code)


def pack(config: Config, ui: Ui) -> None:
    """Write the kit that a Config describes. Raises `BootstrapError`; then there is no new kit."""
    settings = config.pack
    assert settings is not None  # noqa: S101  # the command is `pack`
    started = time.monotonic()
    engine = running_engine()
    ui = OnceUi(ui.out, ui.err, ui.verbosity, ui.log, ui.display)
    defaults, certificates = bake(settings, config, ui)
    run = create_context(config, ui)
    if config.network.offline:
        run = run.without_network()
    with ExitStack() as stack:
        session = stack.enter_context(open_session(run))
        run = read_remote_files(run, session)
        previous = None
        if settings.previous is not None:
            previous = stack.enter_context(open_kit(settings.previous))
        targets = choose_targets(run, settings)
        manifest = Manifest(
            created_by=f"get-installer {__version__}",
            targets=tuple(target.packed for target in targets),
            defaults=defaults,
            certificates=certificates,
            inputs=describe_inputs(run.config),
            is_reproducible=not settings.build,
        )
        if previous is not None and is_unchanged(previous, manifest) and not config.dry_run:
            with open_writer(settings.output) as writer:
                packed = copy_contents(writer, previous, engine, ui)
        else:
            preparers = stack.enter_context(open_preparers(run, session, targets, settings))
            resolved = find_wheels(run, targets, preparers)
            manifest = name_requirements(manifest, run.config, resolved[0])
            if config.dry_run:
                report_plan(resolved, ui)
                return
            with open_writer(settings.output) as writer:
                packed = write_contents(
                    writer,
                    resolved,
                    manifest,
                    engine,
                    session=session,
                    ui=ui,
                    previous=previous,
                )
    report_kit(settings.output, packed, manifest, time.monotonic() - started, ui)


def bake(settings: PackSettings, config: Config, ui: Ui) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the default arguments of the kit, and the certificates that they name.

    Raises `SecretError` and `AuthorityError`.
    """
    refuse_secrets(settings.defaults)
    now, certificates = datetime.now(timezone.utc), dict[str, str]()
    words, names = list(settings.defaults), dict[str, str]()
    for value in parse_command_line(words).values:
        if value.option.destination == "client_cert":
            read_authorities(config.inputs.process.absolute(value.text), now)
        if value.option.destination not in {"cert", "add_cert"}:
            continue
        path = config.inputs.process.absolute(value.text)
        name = names.setdefault(value.text, f"certificates/{len(names)}-{path.name}")
        certificates[name] = read_authorities(path, now)
        words = [_renamed(word, value.text, name) for word in words]
    for warning in expiry_warnings(authorities_of(certificates.values()), now):
        ui.warn(warning, code="authority-expires")
    return tuple(words), certificates


def _renamed(word: str, old: str, new: str) -> str:
    if word == old:
        return new
    option, equals, value = word.partition("=")
    return f"{option}={new}" if equals and value == old and option.startswith("--") else word


def choose_targets(run: RunContext, settings: PackSettings) -> tuple[KitTarget, ...]:
    """Return the targets. Raises `BuildForOthersError`, and what `find_targets` raises."""
    if settings.build:
        if settings.targets or settings.pythons:
            raise BuildForOthersError
        return (KitTarget(run.target, packed_target(run.target)),)
    interpreter = run.target.interpreter
    assert interpreter is not None  # noqa: S101  # it was probed
    target_settings = replace(run.config.target, environment=run.config.environ)
    return find_targets(settings.targets, settings.pythons, interpreter, target_settings, run.ui)


def describe_inputs(config: Config) -> dict[str, str | None]:
    """Return what decides the content besides the index: its digest, and the cutoff."""
    index, request = config.index, config.request
    until = index.uploaded_prior_to
    described = [
        list(map(_describe_line, request.requirements)),
        list(map(_describe_line, request.constraints)),
        config.installer.text if config.installer is not None else None,
        [redact(each.url) for each in index.all_indexes],
        {name: redact(each.url) for name, each in index.index_for.items()},
        [redact(each.value) for each in index.find_links],
        [lock.location.value for lock in config.locks],
        [index.strategy.value, sorted(index.shared_names), index.prefer_binary],
        [sorted(index.formats.only_binary), sorted(index.formats.no_binary)],
        [sorted(request.releases.all_releases), sorted(request.releases.only_final)],
        [request.no_dependencies, request.ignore_requires_python, request.require_hashes],
        bool(request.only_dependencies_of),
    ]
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
    cutoff = until.astimezone(timezone.utc).isoformat() if until is not None else None
    is_fixed = not (index.find_links or config.locks or request.urls)  # those have no upload times
    return {"digest": digest, "uploaded-prior-to": cutoff if is_fixed else None}


def _describe_line(given: InputRequirement) -> object:
    hashes = {name: sorted(digests) for name, digests in given.hashes.allowed.items()}
    return [redact(given.text), hashes]


def is_unchanged(previous: Kit, manifest: Manifest) -> bool:
    """Return whether an older kit has what this run would pack; only a cutoff makes it certain."""
    old = previous.manifest
    is_fixed = bool(manifest.inputs["uploaded-prior-to"])
    return (
        is_fixed
        and manifest.is_reproducible
        and old
        == replace(
            manifest,
            members=old.members,
            installer=old.installer,
            requirements=old.requirements,
        )
    )


@contextmanager
def open_preparers(
    run: RunContext, session: Session, targets: Sequence[KitTarget], settings: PackSettings
) -> Iterator[Mapping[str, Preparer]]:
    """Open the preparer of each target; pages and metadata are read once for all of them."""
    config = run.config
    with ExitStack() as stack:
        if settings.build:
            sources = stack.enter_context(open_sources(run, session))
            yield {targets[0].packed.tag: sources.preparer}
            return
        first = targets[0].environment
        finder = Finder(
            session,
            config.index,
            first,
            run.ui,
            ignore_requires_python=config.request.ignore_requires_python,
            bundled=BundledLocation(bundled_wheel(), first) if run.is_local_only else None,
        )
        shared = SharedMetadata()
        hint = _SOURCE_HINT if run.is_local_only else None
        preparers = {}
        for target in targets:
            own = finder.for_target(target.environment)
            preparer = Preparer(
                session, own, target.environment, run.ui, source_hint=hint, shared=shared
            )
            preparers[target.packed.tag] = stack.enter_context(preparer)
        yield preparers


def find_wheels(
    run: RunContext, targets: Sequence[KitTarget], preparers: Mapping[str, Preparer]
) -> tuple[ResolvedTarget, ...]:
    """Return what is packed for each target: what locks say, else resolved."""
    config = run.config
    if not config.locks:
        return resolve_matrix(targets, preparers, config.request, run.ui)
    from bootstrap.lock.resolve import LockContext, resolve_lock

    found = []
    for target in targets:
        preparer = preparers[target.packed.tag]
        context = LockContext(
            target.environment,
            preparer,
            config.index.formats,
            require_hashes=config.request.require_hashes,
            is_offline=run.is_local_only,
        )
        locked = resolve_lock(config.locks, config.request, context, {})
        found.append(ResolvedTarget(target, preparer, locked.distributions))
    return tuple(found)


def name_requirements(manifest: Manifest, config: Config, resolved: ResolvedTarget) -> Manifest:
    """Return the manifest with the requirements, without paths and URLs of this machine."""
    resolution = Resolution(resolved.distributions)

    def text_of(given: InputRequirement) -> str:
        if given.requirement is not None and given.url is None:
            return given.text
        return installer_name(given, resolution)

    installer, wanted = config.installer, config.request.requirements
    others = (each for each in wanted if each is not installer)
    return replace(
        manifest,
        installer=text_of(installer) if installer is not None and installer in wanted else None,
        requirements=tuple(dict.fromkeys(map(text_of, others))),
    )


def report_plan(resolved: Sequence[ResolvedTarget], ui: Ui) -> None:
    """Print what a dry run would pack."""
    files = {
        each.candidate.file.filename
        for target in resolved
        for each in target.distributions
        if each.candidate is not None
    }
    ui.info(f"Would pack {count_wheels(len(files))} for {_targets(len(resolved))}.")
    for filename in sorted(files):
        ui.detail(f"  {filename}")


def report_kit(path: Path, packed: PackedKit, manifest: Manifest, seconds: float, ui: Ui) -> None:
    """Print what was packed, for which targets, and the ID of the kit."""
    reused = f", {packed.reused} of them from the older kit" if packed.reused else ""
    ui.info(
        f"Packed {count_wheels(packed.wheels)} ({packed.size / 1e6:,.1f} MB{reused}) for "
        f"{_targets(len(manifest.targets))} into {path} in {seconds:.1f} s."
    )
    for line in summarize(manifest.targets):
        ui.detail(f"  {line}")
    ui.info(f"Kit ID: {packed.footer.manifest_sha256}")
    ui.info(
        f"Next: copy {path.name} to the target, which needs nothing but a Python, and type there:"
    )
    ui.info(f"  python3 {shlex.quote(path.name)} --venv demo", is_command=True)
    ui.info("`--help` there says what else it does.")


def _targets(count: int) -> str:
    return "one target" if count == 1 else f"{count} targets"
