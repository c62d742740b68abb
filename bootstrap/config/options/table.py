"""All options as data; names and meanings are pip's wherever pip has them."""

from __future__ import annotations

from bootstrap.config.options.option import EVERY, Command, Option, OptionKind
from bootstrap.config.options.selection import INDEXES, REQUIREMENTS, VERSIONS

_INSTALL_AND_PACK = (Command.INSTALL, Command.PACK)
_NOT_PACK = (Command.INSTALL, Command.DOCTOR)
_PACK = (Command.PACK,)

_TARGET = (
    Option(
        "--python PATH|VERSION", "the target: an interpreter, a virtual environment, or a version"
    ),
    Option(
        "--venv DIR",
        "a virtual environment, created if it does not exist",
        OptionKind.PATH,
        excludes=("user",),
        replaces=("target", "prefix", "root"),
        of_pip=False,
        commands=_NOT_PACK,
    ),
    Option("--user", "install into the user's site-packages", commands=_NOT_PACK),
    Option("--no-user", explicit_kind=OptionKind.NEGATION, dest="user", commands=_NOT_PACK),
    Option(
        "-t --target DIR",
        "install into a plain directory",
        OptionKind.PATH,
        excludes=("prefix", "user", "root"),
        commands=_NOT_PACK,
    ),
    Option(
        "--prefix DIR",
        "install into another prefix",
        OptionKind.PATH,
        excludes=("user",),
        commands=_NOT_PACK,
    ),
    Option(
        "--root DIR", "install into another root directory", OptionKind.PATH, commands=_NOT_PACK
    ),
    Option(
        "--break-system-packages",
        "allow changes to an externally managed Python",
        commands=_NOT_PACK,
    ),
    Option("--require-virtualenv --require-venv", commands=_NOT_PACK),
    Option(
        "--src --source --source-dir --source-directory DIR",
        "where editable repositories are checked out",
        OptionKind.PATH,
        commands=_NOT_PACK,
    ),
    Option(
        "--exists-action ACTION",
        explicit_kind=OptionKind.LIST,
        choices=("s", "i", "w", "b", "a"),
        note="without it, an error: nothing is asked",
        commands=_NOT_PACK,
    ),
    Option(
        "--platform PLATFORM",
        "another target than a Python here: its platform's tag (repeatable)",
        OptionKind.LIST,
        excludes=("venv",),
        note="or a preset such as linux-x86_64-glibc2.28; older platforms are included",
        commands=_NOT_PACK,
    ),
    Option(
        "--python-version VERSION",
        excludes=("venv",),
        note="the Python of another target, for its markers, too",
        commands=_NOT_PACK,
    ),
    Option(
        "--implementation NAME",
        choices=("cp", "pp", "py", "ip", "jy"),
        excludes=("venv",),
        note="the implementation of another target",
        commands=_NOT_PACK,
    ),
    Option(
        "--abi ABI",
        explicit_kind=OptionKind.LIST,
        excludes=("venv",),
        note="an ABI of another target (repeatable)",
        commands=_NOT_PACK,
    ),
    Option(
        "--fix-pth",
        "edit the ._pth file of an embeddable Python so that it finds packages",
        of_pip=False,
        commands=_NOT_PACK,
    ),
)

_TRUST = (
    Option("--cert FILE", "trust exactly these certificate authorities", OptionKind.PATH),
    Option(
        "--add-cert FILE",
        "trust these authorities as well (repeatable)",
        OptionKind.PATHS,
        variables=("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        of_pip=False,
    ),
    Option(
        "--trust SOURCES",
        "the default sources: system, bundled or both",
        choices=("system", "bundled", "both"),
        of_pip=False,
    ),
    Option(
        "--client-cert FILE",
        "a client certificate with its private key",
        OptionKind.PATH,
        variables=("SSL_CLIENT_CERT",),
    ),
    Option(
        "--trusted-host HOST[:PORT]",
        "do not verify this host (repeatable)",
        OptionKind.LIST,
        in_files=True,
    ),
    Option("--strict", "verify as strictly as RFC 5280 requires", of_pip=False),
)

_NETWORK = (
    Option("--proxy URL", 'the proxy; "" for none'),
    Option("--no-proxy-env"),
    Option("--timeout --default-timeout SECONDS", "time to wait for an answer (15)"),
    Option("--retries N", "number of retries (5); at most 1 of a server that never answered"),
    Option("--resume-retries N", "how often a download that was cut off is resumed"),
    Option("--cache-dir DIR", "the cache directory", OptionKind.PATH),
    Option("--no-cache-dir", "disable the cache", OptionKind.ABSENCE, dest="cache_dir"),
    Option(
        "--keyring-provider HOW",
        choices=("auto", "disabled", "import", "subprocess"),
        note="`import` is `subprocess`",
    ),
    Option("--no-input"),
)

_INSTALLATION = (
    Option("--dry-run", "only show what would be done", commands=_INSTALL_AND_PACK),
    Option("--force-reinstall", "reinstall what is installed already", commands=_NOT_PACK),
    Option("-I --ignore-installed", "ignore what is installed already", commands=_NOT_PACK),
    Option(
        "--strict-record",
        "refuse wheels whose RECORD does not match their files",
        of_pip=False,
        commands=_NOT_PACK,
    ),
    Option("--compile", "compile to bytecode now, not at the first import", commands=_NOT_PACK),
    Option("--no-compile", explicit_kind=OptionKind.NEGATION, dest="compile", commands=_NOT_PACK),
    Option(
        "--no-warn-script-location",
        explicit_kind=OptionKind.NEGATION,
        dest="warn_script_location",
        note="no warning of scripts that are not on PATH",
        commands=_NOT_PACK,
    ),
    Option(
        "--no-warn-conflicts",
        explicit_kind=OptionKind.NEGATION,
        dest="warn_conflicts",
        note="no warning of what is installed and does not fit together",
        commands=_NOT_PACK,
    ),
    Option(
        "--root-user-action HOW",
        choices=("warn", "ignore"),
        note="`ignore`: no warning of an installation as root, outside a virtual environment",
        commands=_NOT_PACK,
    ),
    Option(
        "--lock FILE",
        "write a pylock.toml of the result, also with --dry-run",
        OptionKind.PATH,
        commands=_NOT_PACK,
        of_pip=False,
    ),
    Option("--isolated", "ignore PIP_* variables and the user's pip.conf", configurable=False),
)

_KITS = (
    Option(
        "--target NAME",
        "a platform to pack for: linux-x86_64-glibc2.28, macos-arm64-11, ... (repeatable)",
        OptionKind.LIST,
        dest="pack_target",
        configurable=False,
        commands=_PACK,
        of_pip=False,
    ),
    Option(
        "-o --output KIT.pyz",
        "the kit to write",
        OptionKind.PATH,
        configurable=False,
        commands=_PACK,
        of_pip=False,
    ),
    Option(
        "--from OLD.pyz",
        "take from an older kit what has not changed",
        OptionKind.PATH,
        configurable=False,
        commands=_PACK,
        of_pip=False,
    ),
    Option(
        "--locked FILE",
        "pack what a pylock.toml says; nothing is resolved",
        OptionKind.PATH,
        configurable=False,
        commands=_PACK,
        of_pip=False,
    ),
    Option(
        "--build",
        "build sources, for this machine only; the kit is not reproducible",
        configurable=False,
        commands=_PACK,
        of_pip=False,
    ),
    Option(
        "--defaults ARGUMENTS",
        "how the kit installs if nothing else is said: one text, as on a command line",
        configurable=False,
        commands=_PACK,
        of_pip=False,
    ),
    Option(
        "--id SHA256",
        "the ID that the kit must have",
        configurable=False,
        commands=(Command.VERIFY,),
        of_pip=False,
    ),
)

_BUILDS = (
    Option("--build-constraint FILE", explicit_kind=OptionKind.LIST),
    Option(
        "-C --config-settings --config-setting KEY=VALUE",
        explicit_kind=OptionKind.LIST,
        on_requirements=True,
    ),
    Option("--no-build-isolation", explicit_kind=OptionKind.NEGATION, dest="build_isolation"),
    Option("--no-clean", note="the output names the directories"),
    Option("--check-build-dependencies"),
    Option("--use-pep517", note="every build follows PEP 517"),
)

_OUTPUT = (
    Option("-v --verbose", "more detail; -vv for a traceback", OptionKind.COUNT, commands=EVERY),
    Option("-q --quiet", "less output", OptionKind.COUNT, commands=EVERY),
    Option(
        "--log --log-file --local-log FILE",
        "append every message to a file, as with -vv",
        OptionKind.PATH,
        commands=EVERY,
    ),
    Option("--debug", "a traceback of every error", commands=EVERY),
    Option(
        "--report FILE",
        "write pip's installation report; - for standard output",
        commands=_NOT_PACK,
    ),
    Option(
        "--json",
        "JSON on standard output, for programs: of `install`, a line for each event",
        configurable=False,
        commands=(Command.INSTALL, Command.DOCTOR, Command.INSPECT, Command.VERIFY, Command.DIFF),
        of_pip=False,
    ),
    Option(
        "--color WHEN",
        "auto, always or never; NO_COLOR and FORCE_COLOR count, too",
        choices=("auto", "always", "never"),
        commands=EVERY,
        of_pip=False,
    ),
    Option(
        "--no-color",
        variables=("NO_COLOR",),
        note="the same as `--color never`",
        commands=EVERY,
    ),
    Option(
        "--progress-bar WHEN",
        choices=("auto", "on", "off", "raw"),
        note="`auto`: on a terminal; `on`: without one, too, a line every few seconds; `raw`: "
        "lines for programs, on standard error",
    ),
    Option("--disable-pip-version-check", note="no look for a newer get-installer"),
    Option("--no-python-version-warning", note="accepted: there is no such warning"),
    Option(
        "--use-feature FEATURE",
        explicit_kind=OptionKind.LIST,
        in_files=True,
        note="what this program does anyway is accepted, other features with a warning",
    ),
    Option(
        "--use-deprecated FEATURE",
        explicit_kind=OptionKind.LIST,
        choices=("legacy-resolver", "legacy-certs"),
        note="`legacy-certs` is `--trust bundled`; `legacy-resolver` is a warning",
    ),
    Option("-h --help", "show this help", configurable=False, commands=EVERY),
    Option("-V --version", "show the version", configurable=False, of_pip=False, commands=EVERY),
)

GROUPS: dict[str, tuple[Option, ...]] = {
    "What to install": REQUIREMENTS,
    "Where to install it": _TARGET,
    "Which versions": VERSIONS,
    "Package indexes": INDEXES,
    "Certificates": _TRUST,
    "Network and cache": _NETWORK,
    "Installation": _INSTALLATION,
    "Kits": _KITS,
    "Building from source": _BUILDS,
    "Output": _OUTPUT,
}
"""The options under their headings in the help."""

OPTIONS: tuple[Option, ...] = tuple(option for group in GROUPS.values() for option in group)

RELATED: frozenset[str] = frozenset(
    name
    for option in OPTIONS
    for others in [(*option.excludes, *option.replaces)]
    if others
    for name in (option.destination, *others)
)
"""The destinations of options that exclude or replace each other."""

HASH = Option("--hash ALGORITHM:DIGEST", explicit_kind=OptionKind.LIST, on_requirements=True)
"""Only allowed after a requirement in a file."""

CONFIGURABLE: dict[str, Option] = {
    name.removeprefix("--"): option
    for option in OPTIONS
    if option.configurable
    for name in option.long_names
}
"""Options by every name that pip.conf and the environment may use."""

FILE_OPTIONS: tuple[Option, ...] = tuple(option for option in OPTIONS if option.in_files)
"""Options that may stand alone on a line of a requirements file."""

REQUIREMENT_OPTIONS: tuple[Option, ...] = (
    HASH,
    *(option for option in OPTIONS if option.on_requirements),
)
"""Options that may follow a requirement on its line."""

_ONLY_SOURCES = "Leave it out: it only concerns source trees"

REMOVED: dict[str, str] = {
    "--build": _ONLY_SOURCES,
    "--build-dir": _ONLY_SOURCES,
    "--build-directory": _ONLY_SOURCES,
    "--build-option": "Use --config-settings",
    "--egg": "Leave it out: only wheels are installed",
    "--global-option": "Use --config-settings",
    "--install-option": "Use --config-settings",
    "--no-use-pep517": "Leave it out: every build follows PEP 517",
    "--process-dependency-links": "Name the link as a requirement",
}
"""Options that only older pips have, and what to do instead."""

UNSUPPORTED: dict[str, str] = {**REMOVED}
"""Options that this program does not have, and what to do instead."""

UNSUPPORTED_OPTIONS: dict[str, Option] = {
    name.removeprefix("--"): Option(f"{name} VALUE") for name in UNSUPPORTED
}
"""The same by the keys of pip.conf and the environment, where they are ignored."""
