"""Every option there is, as data; names and meanings are pip's wherever pip has them."""

from __future__ import annotations

from bootstrap.config.options.option import Command, Kind, Option
from bootstrap.config.options.unsupported import REFUSED

_INSTALL_AND_PACK = (Command.INSTALL, Command.PACK)

_WHAT = (
    Option(
        "--installer REQ",
        "the real installer: pip unless said, any requirement, -e PATH, or none",
        is_requirement=True,
    ),
    Option(
        "-r --requirement FILE",
        "what a requirements file lists (repeatable)",
        Kind.LIST,
        in_files=True,
    ),
    Option(
        "--group [PATH:]GROUP",
        "a dependency group of pyproject.toml or pylock.toml (repeatable)",
        Kind.LIST,
    ),
    Option(
        "-c --constraint FILE",
        "limit versions by a constraints file (repeatable)",
        Kind.LIST,
        in_files=True,
    ),
    Option(
        "-e --editable PATH|URL",
        "a project in place, from a path or a VCS URL",
        Kind.LIST,
        in_files=True,
    ),
    Option("--no-deps --no-dependencies", "nothing but what is named"),
    Option("--require-hashes", "only what has a hash to check against", in_files=True),
    Option("--no-require-hashes", in_files=True),
    Option(
        "--no-require-hashes-for NAMES",
        "build requirements that need none even so (repeatable)",
        Kind.LIST,
    ),
    Option("--no-setuptools", variables=("PIP_NO_SETUPTOOLS",), configurable=False),
    Option("--no-wheel", variables=("PIP_NO_WHEEL",), configurable=False),
)

_WHERE = (
    Option(
        "--python PATH|VERSION", "the target: an interpreter, a virtual environment, or a version"
    ),
    Option("--venv DIR", "a virtual environment, made first when there is none", Kind.PATH),
    Option("--user", "the user's own site-packages"),
    Option("--no-user", special=Kind.NEGATION, dest="user"),
    Option("-t --target DIR", "a plain directory", Kind.PATH),
    Option("--prefix DIR", "below another prefix", Kind.PATH),
    Option("--root DIR", "relative to another root directory", Kind.PATH),
    Option("--break-system-packages", "change a Python its distribution manages, too"),
    Option("--require-virtualenv --require-venv"),
    Option("--fix-pth", "let a Python with a ._pth file (an embeddable one) find what it gets"),
)

_VERSIONS = (
    Option("-U --upgrade", "the newest of everything named"),
    Option(
        "--upgrade-strategy HOW",
        "eager: of their dependencies, too",
        choices=("only-if-needed", "eager"),
    ),
    Option("--pre", "pre-releases, too", in_files=True),
    Option("--uploaded-prior-to WHEN", "nothing newer (2026-01-31T12:00:00Z, or P7D: days ago)"),
    Option(
        "--only-binary NAMES|:all:",
        "no source distributions of these",
        Kind.NAMES,
        dest="formats",
        in_files=True,
    ),
    Option(
        "--no-binary NAMES|:all:", "no wheels of these", Kind.NAMES, dest="formats", in_files=True
    ),
    Option("--prefer-binary", in_files=True),
    Option("--ignore-requires-python"),
)

_INDEXES = (
    Option("--offline", "open no socket: the bundled wheel, or --find-links"),
    Option("-i --index-url --pypi-url URL", "the package index", in_files=True),
    Option("--extra-index-url URL", "one more index (repeatable)", Kind.LIST, in_files=True),
    Option(
        "-f --find-links PATH|URL",
        "a directory, a file or a page with links (repeatable)",
        Kind.LIST,
        in_files=True,
    ),
    Option("--no-index", "no index, only --find-links", in_files=True),
    Option(
        "--index-strategy best|first",
        "best version of any index, or first index that knows it",
        choices=("best", "first"),
    ),
    Option("--shared-name NAME", special=Kind.LIST),
)

_TRUST = (
    Option("--cert FILE", "exactly these certificate authorities", Kind.PATH),
    Option(
        "--add-cert FILE",
        "these authorities besides the others (repeatable)",
        Kind.PATHS,
        variables=("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    ),
    Option(
        "--trust SOURCES",
        "which default sources: system, bundled or both",
        choices=("system", "bundled", "both"),
    ),
    Option(
        "--client-cert FILE",
        "our own certificate and private key",
        Kind.PATH,
        variables=("SSL_CLIENT_CERT",),
    ),
    Option(
        "--trusted-host HOST[:PORT]",
        "do not verify this host (repeatable)",
        Kind.LIST,
        in_files=True,
    ),
    Option("--strict", "verify as strictly as RFC 5280 says"),
)

_NETWORK = (
    Option("--proxy URL", 'the proxy, "" for none'),
    Option("--no-proxy-env"),
    Option("--timeout --default-timeout SECONDS", "seconds to wait for an answer (15)"),
    Option("--retries N", "attempts after the first (5)"),
    Option("--cache-dir DIR", "where to keep what was fetched", Kind.PATH),
    Option("--no-cache-dir", "keep nothing", Kind.ABSENCE, dest="cache_dir"),
    Option("--keyring-provider HOW", choices=("auto", "disabled", "import", "subprocess")),
    Option("--no-input"),
)

_MANNER = (
    Option("--dry-run", "only say what would be done", commands=_INSTALL_AND_PACK),
    Option("--force-reinstall", "install again what is there already"),
    Option("-I --ignore-installed", "do not look at what is there"),
    Option("--compile", "compile to bytecode now, not at first import"),
    Option("--no-compile", special=Kind.NEGATION, dest="compile"),
    # Nothing is told that these could silence; get-pip.py's command lines say them.
    Option("--no-warn-script-location", special=Kind.NEGATION, dest="warn_script_location"),
    Option("--no-warn-conflicts", special=Kind.NEGATION, dest="warn_conflicts"),
    Option("--root-user-action HOW", choices=("warn", "ignore")),
    Option(
        "--lock FILE",
        "write a pylock.toml of what was chosen",
        Kind.PATH,
        commands=_INSTALL_AND_PACK,
    ),
    Option(
        "-o --output KIT.pyz",
        "the kit to write (pack)",
        Kind.PATH,
        configurable=False,
        commands=(Command.PACK,),
    ),
    Option("--isolated", "ignore PIP_* variables and the user's pip.conf", configurable=False),
)

_BUILD = (
    Option("--build-constraint FILE", special=Kind.LIST),
    Option(
        "-C --config-settings --config-setting KEY=VALUE", special=Kind.LIST, on_requirements=True
    ),
    Option("--no-build-isolation", special=Kind.NEGATION, dest="build_isolation"),
    Option("--check-build-dependencies"),
    Option("--use-pep517"),
)

_OUTPUT = (
    Option("-v --verbose", "tell more; -vv for a traceback", Kind.COUNT),
    Option("-q --quiet", "tell less", Kind.COUNT),
    Option("--report FILE", "pip's installation report, - for standard output"),
    Option("--json", "for machines (doctor)", configurable=False, commands=(Command.DOCTOR,)),
    # Nothing here is coloured or drawn: understood, so that pip's users need not unsay them.
    Option("--no-color", variables=("NO_COLOR",)),
    Option("--progress-bar WHEN", choices=("auto", "on", "off", "raw")),
    Option("--disable-pip-version-check"),
    Option("--no-python-version-warning"),
    Option("--use-feature FEATURE", special=Kind.LIST, in_files=True),
    Option("-h --help", "this text", configurable=False),
    Option("-V --version", "the version", configurable=False),
)

GROUPS: dict[str, tuple[Option, ...]] = {
    "What to install": _WHAT,
    "Where to install it": _WHERE,
    "Which versions": _VERSIONS,
    "Where from": _INDEXES,
    "Whom to trust": _TRUST,
    "Network and cache": _NETWORK,
    "How to install": _MANNER,
    "Building from source": _BUILD,
    "What is told": _OUTPUT,
}
"""The options under their headings in the help."""

OPTIONS: tuple[Option, ...] = tuple(option for group in GROUPS.values() for option in group)

HASH = Option("--hash ALGORITHM:DIGEST", special=Kind.LIST, on_requirements=True)
"""Stands behind a requirement in a file, and nowhere else."""

CONFIGURABLE: dict[str, Option] = {
    name.removeprefix("--"): option
    for option in OPTIONS
    if option.configurable
    for name in option.long_names
}
"""Options by every name pip.conf and the environment may use."""

PIPS_OWN: dict[str, Option] = {name.removeprefix("--"): Option(f"{name} VALUE") for name in REFUSED}
"""What pip.conf and the environment may well say to pip, in vain to us."""

ON_A_LINE: tuple[Option, ...] = tuple(option for option in OPTIONS if option.in_files)
"""What may stand alone on a line of a requirements file."""

BEHIND_A_REQUIREMENT: tuple[Option, ...] = (
    HASH,
    *(option for option in OPTIONS if option.on_requirements),
)
"""What may follow a requirement on its line."""
