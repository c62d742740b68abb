"""The texts of `help TOPIC` and `explain CODE`, which need no network."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.codes import CODES
from bootstrap.config.options.explanations import Explanation, read_explanations
from bootstrap.dataclasses import dataclass
from bootstrap.errors import UsageError
from bootstrap.formats.spelling import nearest

TOPICS = {
    "trust": """\
Whom get-installer trusts, and how to change it

By default: the certificate authorities of the operating system together with certifi's, which are
inside the .pyz. One policy holds for all connections of a run.

  --cert FILE       exactly the authorities in FILE; also PIP_CERT, and `cert` in pip.conf
  --add-cert FILE   these as well; also REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE
  --trust system    only those of the operating system; `bundled`: only certifi's
  --client-cert     your own certificate with its private key, where a server requires one
  --trusted-host    do not verify this host: the last resort, for a test

Verification is never switched off to make something work. Behind a proxy that re-signs
connections, save the certificate of the company's authority, and name it with --add-cert.

`doctor` shows what is trusted, why, and what each server presents.""",
    "targets": """\
Where it is installed

Without an option: the Python that runs get-installer.

  --venv DIR        a virtual environment, created if it does not exist
  --python WHICH    another interpreter, virtual environment or version (3.12)
  --user            the user's own site-packages
  --target DIR      a plain directory
  --prefix DIR, --root DIR   another prefix or root directory, as with pip
  --platform, --python-version, --implementation, --abi
                    a machine that is not this one; nothing is run for it

A Python that a distribution manages (PEP 668) is not changed; --venv is the way around it.
A failed installation leaves the target as it was. A second run changes nothing.""",
    "kits": """\
Kits: the same installation without a network

A kit is one file: wheels, their lock and settings, followed by the released .pyz. `pack` makes it
where there is a network; `python3 KIT.pyz` installs from it where there is none, and becomes what
was packed:

  python3 get-installer.pyz pack poetry -o KIT.pyz
  python3 KIT.pyz --venv there -- --version

For another machine or Python, add --target windows-amd64 or --python 3.12 to `pack`.

  inspect   what is in it, and for which targets
  verify    whether each byte is as it was written; --id: whether it is the one that was published
  extract   its wheels and lock in a directory, for pip and uv
  diff      what is different in two kits

A kit asks no index; --online allows it for what is not in the kit.""",
    "configuration": """\
Where settings come from

The command line overrides variables, which override configuration files. Each option has a
variable (PIP_INDEX_URL for --index-url) and a key in pip.conf (index-url, in [global]).

  PIP_CONFIG_FILE   a configuration file that replaces the user's; /dev/null: none at all
  --isolated        no PIP_* variables, and not the user's pip.conf
  HTTPS_PROXY, NO_PROXY, NETRC
                    the proxy, hosts without one, a file with logins: as elsewhere
  NO_COLOR, FORCE_COLOR, SSL_CERT_FILE
                    no colours, colours, certificate authorities: as elsewhere

-v shows each setting and where it comes from. An error names the file and the line.""",
    "hand-off": """\
The hand-off: what follows `--`

After the installation this process becomes the installer, with the words after `--`:

  python3 get-installer.pyz --venv demo -- install idna
  python3 get-installer.pyz --installer uv -- --version

pip is the default; --installer names another one: uv, pipx, poetry, pdm, hatch, or any project
that has a command. It works on the same target, and gets index, proxy and certificates in its own
variables. Signals and the exit status are the installer's. Standard output belongs to it: our own
messages go to standard error. With nothing to install, there are none.""",
    "exit-codes": """\
Exit statuses

  0     done, or nothing to do
  1     an error; the target is as it was
  2     an error on the command line, in a variable, or in a file of settings or requirements
  130   Ctrl-C, as a shell reports it; a run that a signal ended ends by that signal

After a hand-off it is the status of the installer. `doctor` ends with 1 if a run would fail.
Each error has a code, such as GI-TRUST-001: `explain CODE` says what it means.""",
}


@dataclass(frozen=True)
class Area:
    """What the errors of an area have in common."""

    topic: str
    """The topic about it."""
    page: str
    """The page about it in the documentation."""
    common: str


AREAS = {
    "CONFIG": Area(
        "configuration",
        "docs/configuration.md",
        "The command line, a variable, pip.conf or a requirements file asks for what cannot"
        " be done. Nothing was changed. `-v` shows where each setting comes from.",
    ),
    "TRUST": Area(
        "trust",
        "docs/trust.md",
        "A server, a file or a certificate cannot be trusted. Verification is never "
        "switched off to go on. `doctor` shows what is trusted and what each server "
        "presents.",
    ),
    "NETWORK": Area(
        "configuration",
        "docs/indexes.md",
        "A server could not be reached, or did not answer as it should. `doctor` tries each index.",
    ),
    "INDEX": Area(
        "configuration",
        "docs/indexes.md",
        "A server answered, but not as an index does. `doctor` tries each index.",
    ),
    "RESOLVE": Area(
        "configuration",
        "docs/drop-in.md",
        "No set of versions satisfies all requirements, or metadata cannot be used. The "
        "message names what excludes what.",
    ),
    "LOCK": Area(
        "configuration",
        "docs/standards.md",
        "A pylock.toml cannot be read, written or used for this target.",
    ),
    "BUILD": Area(
        "configuration",
        "docs/builds.md",
        "A source could not be turned into a wheel. The last lines of the build are in the "
        "message; `-v` shows all of them.",
    ),
    "INSTALL": Area(
        "targets",
        "docs/reliability.md",
        "A wheel was refused, or could not be installed. The target is as it was.",
    ),
    "TARGET": Area(
        "targets",
        "docs/platforms.md",
        "The target, a Python or a virtual environment, cannot be used.",
    ),
    "HANDOFF": Area(
        "hand-off",
        "docs/hand-off.md",
        "The installer is there, but could not be started.",
    ),
    "KIT": Area(
        "kits",
        "docs/air-gap.md",
        "A kit cannot be written, read or used here.",
    ),
    "REPORT": Area(
        "configuration",
        "docs/options.md",
        "A file that describes the run cannot be written.",
    ),
    "RUN": Area(
        "exit-codes",
        "docs/exit-status.md",
        "Something that each run needs is missing, or the run was stopped.",
    ),
}
"""By the middle part of the code."""


class UnknownTopicError(UsageError):
    """A topic of `help`, or a code for `explain`, does not exist.

    Causes: it is misspelt.

    Next: see all topics, or all codes:
        python3 get-installer.pyz help
        python3 get-installer.pyz explain
    """

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        self.name = name
        meant = nearest(name, known)
        every = f"Topics: {', '.join(TOPICS)}." if what == "topic" else "A code: GI-TRUST-001."
        super().__init__(
            f"There is no {what} {name!r}.", hint=f"Did you mean {meant}?" if meant else every
        )


def help_topic(name: str) -> str:
    """Return the text about a topic. Raises `UnknownTopicError`."""
    if name.lower() not in TOPICS:
        raise UnknownTopicError("topic", name, tuple(TOPICS))
    return TOPICS[name.lower()]


def list_codes() -> str:
    """Return all codes with what they mean."""
    found = {module: read_explanations(module) for module in {each for _, each in CODES.values()}}
    return "\n".join(
        f"{code}  {found[module].get(name, Explanation()).meaning}"
        for name, (code, module) in CODES.items()
    )


def explain_code(code: str) -> str:
    """Return what an error means, its causes, and what to do. Raises `UnknownTopicError`."""
    names = {entry[0]: name for name, entry in CODES.items()}
    code = code.strip("[].,:").upper()
    if code not in names:
        raise UnknownTopicError("error code", code, tuple(names))
    _, module = CODES[names[code]]
    explanation = read_explanations(module).get(names[code], Explanation())
    area = AREAS[code.split("-")[1]]
    return "\n".join(
        [
            f"{code}: {explanation.meaning}",
            *explanation.lines(),
            "",
            area.common,
            "",
            f"More: `help {area.topic}`, and in the documentation {area.page} and docs/errors.md.",
        ]
    )
