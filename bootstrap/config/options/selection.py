"""Options that choose what is installed: requirements, versions, indexes."""

from __future__ import annotations

from bootstrap.config.options.option import Command, Option, OptionKind

REQUIREMENTS = (
    Option(
        "--installer REQ",
        "the installer: any requirement, -e PATH, or none; default: pip",
        is_requirement=True,
        of_pip=False,
    ),
    Option(
        "-r --requirement FILE",
        "install from a requirements file (repeatable)",
        OptionKind.LIST,
        in_files=True,
    ),
    Option(
        "--group [PATH:]GROUP",
        "a dependency group of pyproject.toml or pylock.toml (repeatable)",
        OptionKind.LIST,
    ),
    Option(
        "-c --constraint FILE",
        "limit versions by a constraints file (repeatable)",
        OptionKind.LIST,
        in_files=True,
    ),
    Option(
        "-e --editable PATH|URL",
        "install a project in editable mode, from a path or a VCS URL",
        OptionKind.LIST,
        in_files=True,
    ),
    Option(
        "--requirements-from-script FILE",
        "the requirements in a script's comments (PEP 723)",
        OptionKind.LIST,
    ),
    Option("--no-deps --no-dependencies", "do not install dependencies"),
    Option(
        "--only-deps --only-dependencies",
        "install only the dependencies of what is named",
        excludes=("no_deps", "requirement", "requirements_from_script", "group"),
    ),
    Option("--require-hashes", "require a hash for every file", in_files=True),
    Option("--no-require-hashes", in_files=True),
    Option(
        "--no-require-hashes-for NAMES",
        "build requirements that need no hash even then (repeatable)",
        OptionKind.LIST,
        of_pip=False,
    ),
    Option(
        "--no-setuptools",
        note="as in get-pip.py",
        variables=("PIP_NO_SETUPTOOLS",),
        configurable=False,
        of_pip=False,
    ),
    Option(
        "--no-wheel",
        note="as in get-pip.py",
        variables=("PIP_NO_WHEEL",),
        configurable=False,
        of_pip=False,
    ),
)

VERSIONS = (
    Option("-U --upgrade", "upgrade everything that is named"),
    Option(
        "--upgrade-strategy HOW",
        "eager: upgrade their dependencies, too",
        choices=("only-if-needed", "eager"),
    ),
    Option("--pre", "include pre-releases", in_files=True),
    Option(
        "--all-releases NAMES|:all:",
        "include pre-releases of these projects",
        OptionKind.NAMES,
        dest="releases",
        in_files=True,
    ),
    Option(
        "--only-final NAMES|:all:",
        "never use pre-releases of these projects",
        OptionKind.NAMES,
        dest="releases",
        in_files=True,
    ),
    Option("--uploaded-prior-to WHEN", "only older files (2026-01-31T12:00:00Z, or P7D: days ago)"),
    Option(
        "--only-binary NAMES|:all:",
        "do not use source distributions of these projects",
        OptionKind.NAMES,
        dest="formats",
        in_files=True,
    ),
    Option(
        "--no-binary NAMES|:all:",
        "do not use wheels of these projects",
        OptionKind.NAMES,
        dest="formats",
        in_files=True,
    ),
    Option(
        "--no-transitive-urls",
        "refuse URLs in the requirements of packages from an index",
        of_pip=False,
    ),
    Option("--prefer-binary", in_files=True),
    Option("--ignore-requires-python"),
)

INDEXES = (
    Option(
        "--offline",
        "never use the network: only the bundled wheel and local --find-links",
        of_pip=False,
    ),
    Option(
        "--online",
        "with a kit: use the network for what is not in it",
        configurable=False,
        commands=(Command.INSTALL,),
        excludes=("offline", "no_index"),
        of_pip=False,
    ),
    Option("-i --index-url --pypi-url URL", "the package index", in_files=True),
    Option(
        "--extra-index-url URL", "an additional index (repeatable)", OptionKind.LIST, in_files=True
    ),
    Option(
        "-f --find-links PATH|URL",
        "a directory, a file or a page with links (repeatable)",
        OptionKind.LIST,
        in_files=True,
    ),
    Option(
        "--refresh-package NAMES|:all:",
        explicit_kind=OptionKind.NAMES,
        note="without it, pages are checked with the index in each run, too",
    ),
    Option("--no-index", "do not use an index, only --find-links", in_files=True),
    Option(
        "--index-for NAME=URL",
        "take this project from this index only (repeatable)",
        OptionKind.LIST,
        of_pip=False,
    ),
    Option(
        "--index-strategy best|first",
        "first: no newer version from a later index (dependency confusion)",
        choices=("best", "first"),
        of_pip=False,
    ),
    Option(
        "--shared-name NAME",
        explicit_kind=OptionKind.LIST,
        of_pip=False,
        note="no warning that this project is on several indexes",
    ),
    Option(
        "--ignore-error-codes CODES",
        "such an answer (403) means that an index lacks a project",
        OptionKind.LIST,
        of_pip=False,
    ),
)
