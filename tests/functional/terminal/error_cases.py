"""How each class of errors comes about in a run with `--json`, or an instance of it.

`TYPED` has what a user types, `{here}` being a directory that `make_inputs` filled, `{index}`
the options of a local index that `offer` filled, and `{url}` its address. `BUILT` has the errors
that no short run on this machine has: of other systems, of races and exhaustion, and those of the
commands that have no `--json`.
"""

from __future__ import annotations

import errno
import gzip
import io
import sys
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bootstrap._bundled import BundledWheel, BundleError
from bootstrap.config.kit_commands import NoOutputError
from bootstrap.config.options.topics import UnknownTopicError
from bootstrap.environment.discovery import InvalidPathError
from bootstrap.environment.introspection import InterpreterHungError, UnsupportedTargetError
from bootstrap.environment.probe import IsolatedBaseError, OtherPythonError
from bootstrap.environment.pth_file import HiddenSiteError, PthFileError
from bootstrap.environment.venv import NoVenvModuleError, VenvError
from bootstrap.environment.venv_lock import MarkerInUseError
from bootstrap.errors import BootstrapError
from bootstrap.handoff.command import NoCommandError, NotRunnableError
from bootstrap.handoff.handoff import Handoff, NotStartedError
from bootstrap.index.errors import IndexResponseError
from bootstrap.install.errors import (
    CannotCompileError,
    HiddenInstallationError,
    InstallError,
    InUseError,
    JournalError,
    MissingDriveError,
    MountPointError,
    NoSpaceError,
    ObstacleError,
    PathTooLongError,
    SameNameError,
    UnreadableListError,
)
from bootstrap.kit.contents import ChangedWheelError, SameFilenameError
from bootstrap.kit.defaults import AuthorityError, SecretError
from bootstrap.kit.errors import (
    BuildForOthersError,
    KitTargetError,
    NewerKitError,
    NoEngineError,
    NotInKitError,
    OtherKitError,
    UnwritableKitError,
)
from bootstrap.kit.extract import DirectoryExistsError
from bootstrap.kit.gaps import MissingWheelsError, SameMarkersError
from bootstrap.kit.resolve import NotAWheelError
from bootstrap.kit.targets import UnknownPythonError, UnknownTargetError
from bootstrap.locking import LockTimeoutError
from bootstrap.network.errors import NetworkError, NoTemporaryDirectoryError, TlsError
from bootstrap.pep517.hook_errors import HookError
from bootstrap.preparer.wheels import NoBuilderError
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.errors import ResolutionTooDeepError
from bootstrap.resolve.model import InvalidConstraintError
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.resolve.source import (
    UnknownMetadataError,
    UnusableCandidateError,
    UnusableVersionError,
)
from bootstrap.resolve.transitive_urls import TransitiveUrlError
from bootstrap.signals import StoppedError
from bootstrap.tls_diagnosis.connect import ProxySchemeError, TunnelRefusedError
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.errors import NoAnchorsError, TlsUnavailableError
from bootstrap.ui import UnwritableOutputError
from bootstrap.workflow.default_requirements import InstallerHashMissingError
from tests.functional.conftest import LocalIndex
from tests.servers import make_sdist, make_wheel
from tests.servers.faults import (
    api_version,
    claiming_length,
    drop,
    garbage,
    raw,
    redirect,
    status,
)
from tests.servers.loopback import Reply
from tests.servers.wheels import core_metadata

NOWHERE = "/proc/nowhere"
"""A place where nobody may write, whatever the rights."""

TYPED = {
    # --- CONFIG
    "AmbiguousOptionError": "--no-b",
    "CommandTypedError": "list",
    "ConflictingIndexesError": "--index-for extra={url} --index-for extra={url}other/ extra",
    "ConflictingOptionsError": "--user --venv v",
    "DependencyGroupError": "--group {here}/group.toml:absent",
    "FileTypedError": "requirements.txt",
    "ForeignPlaceError": "--platform win_amd64 --only-binary :all: extra",
    "ForeignSourcesError": "--platform win_amd64 --target t extra",
    "IndexNotFoundError": "--index-url example.test/simple extra",
    "InputMarkerError": "-r {here}/marker.txt",
    "InvalidLocationError": "--index-url https://[ extra",
    "InvalidRequirementError": "=>2",
    "InvalidValueError": "--timeout never",
    "LinksNotFoundError": "--find-links example.test/links extra",
    "LockNameError": "--lock {here}/other.toml extra",
    "LogFileError": "--log {here} extra",
    "MissingValueError": "--target",
    "MistypedCommandError": "doctr",
    "NothingToInstallError": "",
    "PlatformConflictError": "--platform win_amd64 --platform linux_x86_64 --target t extra",
    "RequirementFileError": "-r {here}/absent.txt",
    "ScriptError": "--requirements-from-script {here}/plain.py",
    "ScriptPythonError": "--requirements-from-script {here}/future.py",
    "TrustedHostError": "--trusted-host http://x/y extra",
    "UnexpectedValueError": "--dry-run=1",
    "UnknownOptionError": "--no-such-option",
    "UnsupportedOptionError": "--egg",
    "UsageError": "--config-settings x extra",
    # --- TARGET
    "BuildDetailsError": "--python {here}/build-details.json extra",
    "InterpreterNotFoundError": "--python missing extra",
    "InterpreterNotRunnableError": "--python {here}/no-program extra",
    "LinkLeadsOutError": "--prefix {here}/linked extra",
    "NotAVirtualEnvironmentError": "--venv {here} extra",
    "NotPythonError": "--python /bin/echo extra",
    "UserSiteDisabledError": "--python {target} --user extra",
    "VirtualEnvironmentRequiredError": "--python {base} --require-virtualenv extra",
    # --- TRUST
    "CertificateError": "--index-url {url} --trust bundled extra",
    "ClientCertificateError": "{index} --client-cert {here}/absent.pem extra",
    "HashMismatchError": "{index} wrong-hash",
    "NamedCertificateError": "--index-url {url} --cert {here}/absent.pem extra",
    "WeakHashError": "{index} -r {here}/pylock.weak.toml",
    # --- NETWORK
    "DownloadSpaceError": "{index} huge",
    "HttpStatusError": "{index} forbidden",
    "InterruptedTransferError": "{index} --retries 0 --resume-retries 0 cut-off",
    "InvalidResponseError": "{index} --retries 0 not-http",
    "MalformedUrlError": "{index} -r {here}/pylock.url.toml",
    "OfflineError": "--offline https://localhost/extra-1.0-py3-none-any.whl",
    "ProxyRefusedError": "{index} --retries 0 --proxy {plain} extra",
    "RedirectError": "{index} redirected",
    "SizeMismatchError": "{index} wrong-size",
    "TooLargeError": "{index} -r {url}large.txt",
    "UndecodableError": "{index} compressed",
    "UnreachableError": "--index-url http://localhost:{closed}/ --retries 0 extra",
    "UnreadableFileError": "absent@file://{here}/absent-1.0-py3-none-any.whl",
    "UnsupportedProxyError": "{index} --proxy socks5://localhost:1 extra",
    # --- INDEX
    "ApiVersionError": "{index} newer-api",
    "IndexStatusError": "{index} --retries 0 no-page",
    "NotAnIndexPageError": "{index} not-a-page",
    "UnrelatedIndexesError": "{index} --extra-index-url {plain} --trusted-host localhost tracked",
    # --- RESOLVE
    "ConflictError": "{index} needs-old needs-new",
    "HashCheckingError": "{index} --require-hashes extra",
    "MetadataError": "{index} invalid",
    "NoCandidateError": "{index} extra>99",
    "UnknownProjectError": "{index} absent",
    "UnsuitableWheelError": "{here}/extra-1.0-cp27-cp27m-win32.whl",
    # --- LOCK
    "LockError": "-r {here}/pylock.toml",
    "LockedFileNotFoundError": "--offline -r {here}/pylock.good.toml",
    "NotLockedError": "{index} -r {here}/pylock.good.toml other",
    "UnlockableError": "--dry-run --offline --installer pip --lock {here}/pylock.new.toml",
    "UnwritableLockError": f"{{index}} --dry-run --lock {NOWHERE}/pylock.toml extra",
    # --- BUILD
    "ArchiveError": "{here}/outside-1.0.tar.gz",
    "BackendMissingError": "{here}/no-backend",
    "BuildCycleError": "{index} cycle",
    "BuiltWheelError": "{here}/other-wheel",
    "DamagedArchiveError": "{here}/damaged-1.0.tar.gz",
    "HookFailedError": "{here}/failing",
    "HookMissingError": "-e {here}/failing",
    "HookResultError": "{here}/no-result",
    "MetadataMismatchError": "renamed@file://{here}/renamed-1.0.tar.gz",
    "PyprojectError": "{here}/invalid-pyproject",
    "UncheckedBuildRequirementsError": "{index} -r {here}/hashed.txt",
    "UnexpectedMetadataError": "{index} other-metadata",
    "UnmetBuildRequirementsError": "--no-build-isolation --check-build-dependencies {here}/unmet",
    "UnsupportedBuildPythonError": "--no-build-isolation --venv new {here}/failing",
    "VcsError": "x@hg+https://localhost/x",
    "WrongReferenceError": "other@file://{here}/extra-1.0-py3-none-any.whl",
    # --- INSTALL
    "CannotUninstallError": "{index} --python {target} --force-reinstall unrecorded",
    "NotWritableError": f"{{index}} --target {NOWHERE} extra",
    "OverwriteError": "{index} shares-one shares-two",
    "RecordRefusedError": "{index} --strict-record wrong-record",
    "WheelRefusedError": "{index} --no-deps outside",
    # --- REPORT
    "UnwritableReportError": f"{{index}} --dry-run --report {NOWHERE}/report.json extra",
}
"""What is typed after `--json --python TARGET --installer none`; a later option replaces these."""

OF_OTHER_COMMANDS = {
    "MisplacedArgumentError": "verify --json one two",
    "MisplacedOptionError": "pack --json extra",
    "NotAKitError": "verify --json {here}/plain.py",
    "OnlyInAKitError": "inspect --json",
    "UnreadableKitError": "inspect --json {here}/absent.pyz",
    "DamagedKitError": "verify --json {here}/damaged.pyz",
}
"""Of commands whose `--json` is one object."""


# --- What the cases find in their directory ------------------------------------------------------

LOCK = """\
lock-version = "1.0"
created-by = "a test"
[[packages]]
name = "extra"
version = "1.0"
[[packages.wheels]]
name = "extra-1.0-py3-none-any.whl"
url = "{url}"
hashes = {{ {hashes} }}
"""
_EMPTY_WHEEL = (
    'name = "another-1.0-py3-none-any.whl"; open(f"{directory}/{name}", "w").close(); return name'
)
TREES = {
    "no-backend": "import no_such_backend_module",
    "other-wheel": f"def build_wheel(directory, *_): {_EMPTY_WHEEL}",
    "failing": "def build_wheel(*_): raise SystemExit(3)",
    "no-result": "def build_wheel(*_): return 5",
    "unmet": "",
}
"""Source trees, with the code of their backends."""


def make_inputs(here: Path, target: Path) -> None:
    """Write the files that the cases name, and what is in their targets."""
    for name, text in {
        "requirements.txt": "extra\n",
        "marker.txt": "extra; os_name ~= 'x'\n",
        "group.toml": "[dependency-groups]\nsome = []\n",
        "plain.py": "print('no metadata')\n",
        "future.py": '# /// script\n# requires-python = ">=99"\n# dependencies = []\n# ///\n',
        "build-details.json": "{}",
        "pylock.toml": "lock-version = 1\n",
        "broken.conf": "[global\n",
        "damaged-1.0.tar.gz": "no archive",
    }.items():
        (here / name).write_text(text, "utf-8")
    for name, url, hashes in (
        ("good", "https://localhost/extra-1.0-py3-none-any.whl", f'sha256 = "{"0" * 64}"'),
        ("weak", "https://localhost/extra-1.0-py3-none-any.whl", f'md5 = "{"0" * 32}"'),
        ("url", "ftp://localhost/extra-1.0-py3-none-any.whl", f'sha256 = "{"0" * 64}"'),
    ):
        (here / f"pylock.{name}.toml").write_text(LOCK.format(url=url, hashes=hashes), "utf-8")
    no_program = here / "no-program"
    no_program.write_bytes(b"\x7fELF no program")
    no_program.chmod(0o755)
    for name, backend in TREES.items():
        _make_tree(here / name, backend, requires='["absent"]' if name == "unmet" else "[]")
    _make_tree(here / "invalid-pyproject", "")
    (here / "invalid-pyproject" / "pyproject.toml").write_text("[", "utf-8")
    make_wheel(here, "extra", "1.0")
    make_wheel(here, "extra", "1.0", tag="cp27-cp27m-win32")
    _write_tar(here / "outside-1.0.tar.gz", "../outside", "outside-1.0/pyproject.toml")
    _make_targets(here, target)


def _make_tree(tree: Path, backend: str, requires: str = "[]") -> None:
    tree.mkdir()
    (tree / "backend.py").write_text(backend, "utf-8")
    (tree / "pyproject.toml").write_text(
        f'[project]\nname = "{tree.name}"\nversion = "1.0"\n[build-system]\n'
        f'requires = {requires}\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "utf-8",
    )


def _write_tar(path: Path, *names: str) -> None:
    raw_tar = io.BytesIO()
    with tarfile.open(fileobj=raw_tar, mode="w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name))
    path.write_bytes(gzip.compress(raw_tar.getvalue()))


def _make_targets(here: Path, target: Path) -> None:
    library = "lib/python{}.{}/site-packages".format(*sys.version_info)
    (here / "linked").mkdir()
    (here / "linked" / "lib").symlink_to("/usr/lib")
    info = target / library / "unrecorded-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: unrecorded\nVersion: 1.0\n")


def offer(index: LocalIndex, here: Path) -> None:
    """Offer on the index what the cases name, and let it go wrong."""
    server = index.server
    for name in ("extra", "other", "forbidden", "cut-off", "redirected", "unrecorded", "tracked"):
        index.add(name, "1.0")
    for name, wrong in (
        ("wrong-hash", {"sha256": "0" * 64}),
        ("wrong-size", {"size": 3}),
        ("huge", {"size": 1 << 50}),
    ):
        server.add(make_wheel(index.wheels, name, "1.0"), **wrong)
    index.add("old", "1.0")
    index.add("old", "2.0")
    index.add("needs-old", "1.0", requires=["old<2"])
    index.add("needs-new", "1.0", requires=["old>=2"])
    index.add("shares-one", "1.0", files={"shared": "a file"})
    index.add("shares-two", "1.0", files={"shared/__init__.py": ""})
    index.add("outside", "1.0", files={"../outside.py": ""})
    wrong_record = {
        "RECORD": "wrong_record.py,sha256=AAAA,1\nwrong_record-1.0.dist-info/RECORD,,\n"
    }
    index.add("wrong-record", "1.0", dist_info=wrong_record)
    other = server.add(make_wheel(index.wheels, "other-metadata", "1.0"))
    other.core_metadata = (
        b"Metadata-Version: 2.1\nName: other-metadata\nVersion: 1.0\nRequires-Dist: old\n"
    )
    invalid = "Metadata-Version: 2.1\nName: invalid\n"
    other = server.add(make_wheel(index.wheels, "invalid", "1.0", metadata=invalid))
    other.core_metadata = core_metadata("invalid", "1.0").encode()
    server.project("tracked").meta["tracks"] = ["https://localhost/simple/tracked/"]
    server.add(make_sdist(here, "cycle", "1.0", build_requires=["cycle"]))
    hashed = server.add(make_sdist(here, "hashed", "1.0", build_requires=["extra"]))
    (here / "hashed.txt").write_text(f"hashed==1.0 --hash=sha256:{hashed.digest}\n", "utf-8")
    renamed = make_sdist(here, "another", "1.0")
    renamed.rename(here / "renamed-1.0.tar.gz")
    server.add_page("not-a-page", b"\x89PNG", "image/png")
    for path, fault in {
        "/files/forbidden.*": status(403),
        "/files/cut_off.*": drop(after=10),
        "/files/huge.*whl": claiming_length(1 << 50),
        "/files/redirected.*": redirect("ftp://localhost/x"),
        "/simple/no-page/": status(500),
        "/simple/newer-api/": api_version("2.0"),
        "/simple/not-http/": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "/simple/large.txt": garbage(b"# much\n" * (3 << 20), "text/plain"),
        "/simple/compressed/": _compressed,
    }.items():
        server.fault(path, fault)


def _compressed(exchange: Any, reply: Reply) -> None:  # noqa: ARG001
    exchange.send(Reply(200, {"Content-Type": "text/html", "Content-Encoding": "br"}, b"x"))


# --- Errors of no short run ----------------------------------------------------------------------


def _bare(kind: type[BootstrapError]) -> BootstrapError:
    """Return an error whose facts only a resolution or a probe has, with another text."""
    error = kind.__new__(kind)
    BootstrapError.__init__(error, "What went wrong.", hint="What to do.")
    return error


_HERE = Path("here")
_WITH_FACTS = (
    MissingWheelsError,
    NoVenvModuleError,
    OtherPythonError,
    SameMarkersError,
    TransitiveUrlError,
    UnknownMetadataError,
    UnusableCandidateError,
    UnusableVersionError,
)
BUILT: dict[str, Callable[[], BootstrapError]] = {
    # Of other systems, other Pythons and other users
    "CannotCompileError": lambda: CannotCompileError("/a/python"),
    "HiddenInstallationError": lambda: HiddenInstallationError("extra", "2.0", "1.0", "/site"),
    "HiddenSiteError": lambda: HiddenSiteError(_HERE, _HERE, _HERE),
    "InUseError": lambda: InUseError("C:\\python.exe"),
    "InvalidPathError": lambda: InvalidPathError("a\0b", ValueError("embedded null byte")),
    "InvalidConstraintError": lambda: InvalidConstraintError(
        InputRequirement("./x", Origin.option("-c"), None), "has no name"
    ),
    "InvalidDigestError": lambda: InvalidDigestError("sha256", "abc"),
    "IsolatedBaseError": lambda: IsolatedBaseError(_HERE, _HERE, _HERE),
    "MarkerInUseError": lambda: MarkerInUseError(_HERE / "marker", "Sharing violation"),
    "MissingDriveError": lambda: MissingDriveError("Q:\\x", "Q:"),
    "MountPointError": lambda: MountPointError("/site/extra/data"),
    "PathTooLongError": lambda: PathTooLongError("/site/extra.py", 4096),
    "PthFileError": lambda: PthFileError(_HERE, "read", OSError(errno.EACCES, "Permission denied")),
    "SameNameError": lambda: SameNameError("/site/Extra.py", "extra", None),
    "TlsUnavailableError": TlsUnavailableError,
    "UnreadableListError": lambda: UnreadableListError("extra 1.0", "/site/RECORD", "it is open"),
    "UnsupportedTargetError": lambda: UnsupportedTargetError(("python2.6",), (2, 6, 9)),
    "NoBuilderError": lambda: NoBuilderError("./extra"),
    "VenvError": lambda: VenvError(_HERE, _HERE, "ensurepip failed"),
    # Of exhaustion, waiting and races
    "BundleError": lambda: BundleError("It is damaged.", hint="Download it again."),
    "HookError": lambda: HookError("extra", "build_wheel", "could not be started"),
    "InstallError": lambda: InstallError("It failed."),
    "InterpreterHungError": lambda: InterpreterHungError(("python3",), 30.0),
    "JournalError": lambda: JournalError("/site/journal", "it is damaged"),
    "LockTimeoutError": lambda: LockTimeoutError("/site", 600.0),
    "NoSpaceError": lambda: NoSpaceError("/site", 100, 10),
    "NoTemporaryDirectoryError": lambda: NoTemporaryDirectoryError(("/tmp",)),
    "ObstacleError": lambda: ObstacleError("/site/extra", "extra"),
    "ResolutionTooDeepError": lambda: ResolutionTooDeepError(100_000, ["extra"]),
    "StoppedError": StoppedError,
    "UnwritableOutputError": lambda: UnwritableOutputError(OSError(errno.ENOSPC, "No space left")),
    # Of what has no `--json`: a hand-off, `pack`, `help`
    "AuthorityError": lambda: AuthorityError(_HERE, "it is empty", "Name another one."),
    "BuildForOthersError": BuildForOthersError,
    "ChangedWheelError": lambda: ChangedWheelError("extra-1.0-py3-none-any.whl"),
    "DirectoryExistsError": lambda: DirectoryExistsError(_HERE),
    "KitTargetError": lambda: KitTargetError(_HERE, ["Linux"], "Windows", "--python"),
    "NewerKitError": lambda: NewerKitError(_HERE, "version 9"),
    "NoCommandError": lambda: NoCommandError("extra", _HERE, ("one", "two")),
    "NoEngineError": NoEngineError,
    "NoOutputError": NoOutputError,
    "NotAWheelError": lambda: NotAWheelError("./extra"),
    "NotInKitError": lambda: NotInKitError("absent", ["extra"]),
    "NotRunnableError": lambda: NotRunnableError(_HERE),
    "NotStartedError": lambda: NotStartedError(Handoff(("/x",), {}), OSError(errno.ENOEXEC, "No")),
    "OtherKitError": lambda: OtherKitError(_HERE, "0" * 64, "1" * 64),
    "ProxySchemeError": lambda: ProxySchemeError("socks5://localhost:1"),
    "SameFilenameError": lambda: SameFilenameError("extra.whl", ["https://a/", "https://b/"]),
    "SecretError": lambda: SecretError("A password", "--index-url", "keyring"),
    "TunnelRefusedError": lambda: TunnelRefusedError("http://p:1", "https://s", 403, "Forbidden"),
    "TlsError": lambda: TlsError("https://s/", "s:443", "handshake failure"),
    "UnknownPythonError": lambda: UnknownPythonError(Sourced("x", Origin.option("--python"))),
    "UnknownTargetError": lambda: UnknownTargetError(Sourced("x", Origin.option("-t")), "linux"),
    "UnwritableKitError": lambda: UnwritableKitError(_HERE, OSError(errno.EROFS, "Read-only")),
    "UnknownTopicError": lambda: UnknownTopicError("topic", "x", ["trust"]),
    # Bases, and errors of the middle of a resolution
    "BootstrapError": lambda: BootstrapError("It failed.", hint="Do this."),
    "IndexResponseError": lambda: IndexResponseError("https://i/", "It is no index."),
    "InstallerHashMissingError": lambda: InstallerHashMissingError(
        BundledWheel("pip-26.3-py3-none-any.whl", "26.3", "0" * 64), "it is not allowed"
    ),
    "NetworkError": lambda: NetworkError("https://i/", "It failed."),
    "NoAnchorsError": lambda: NoAnchorsError("the system's store"),
    **{kind.__name__: partial(_bare, kind) for kind in _WITH_FACTS},
}
