"""ensurepip's command line and its keywords as a Config: never the network, no configuration.

`python -m ensurepip` knows few options, and pip's variables and files are nothing to it; the
target is always the running Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bootstrap.config import install_request
from bootstrap.config.model import Config
from bootstrap.config.options import environ as environment
from bootstrap.config.options.command_line import MisplacedArgumentError
from bootstrap.config.options.layers import OptionLayers, OptionValue
from bootstrap.config.options.option import Command, Kind, Option
from bootstrap.config.options.parser import tokens
from bootstrap.config.options.process import Surroundings
from bootstrap.config.requirements.parse import read_requirement
from bootstrap.config.settings import ConflictingOptionsError
from bootstrap.config.suggested_command import instead_of_ensurepip
from bootstrap.environment.settings import TargetSettings
from bootstrap.index.settings import IndexSettings
from bootstrap.install.model import InstallSettings, PipScripts
from bootstrap.network.settings import NetworkSettings
from bootstrap.pep517.settings import BuildSettings
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.trust.settings import TrustSettings

_OPTIONS = (
    Option("-h --help"),
    Option("--version"),
    Option("-v --verbose", special=Kind.COUNT),
    Option("-U --upgrade"),
    Option("--user"),
    Option("--root DIR", special=Kind.PATH),
    Option("--altinstall"),
    Option("--default-pip"),
)

_HELP = """\
usage: python -m bootstrap [-h] [--version] [-v] [-U] [--user] [--root DIR]
                           [--altinstall] [--default-pip]

Installs the bundled pip into this Python, as `python -m ensurepip` does.

  --version       the version of the bundled pip
  -v, --verbose   tell more
  -U, --upgrade   upgrade pip, even if one is installed
  --user          the user's own site-packages
  --root DIR      relative to another root directory
  --altinstall    only the script pip3.Y
  --default-pip   the script pip besides pip3 and pip3.Y"""


def answer(argv: Sequence[str], bundled_version: str) -> str | None:
    """Return what `--help` or `--version` answers, or None where neither was asked."""
    voices = _heard(argv)
    if voices.flag("help"):
        return _HELP
    return f"pip {bundled_version}" if voices.flag("version") else None


def load(argv: Sequence[str], environ: Mapping[str, str], cwd: Path | None = None) -> Config:
    """Return the Config of an ensurepip command line.

    Raises a `UsageError` that names the option.
    """
    voices = _heard(argv)
    root = voices.text("root")
    if voices.flag("altinstall") and voices.flag("default_pip"):
        raise ConflictingOptionsError("--altinstall", "--default-pip")
    return keywords(
        environ,
        root=root.value if root else None,
        upgrade=voices.flag("upgrade"),
        user=voices.flag("user"),
        altinstall=voices.flag("altinstall"),
        default_pip=voices.flag("default_pip"),
        verbosity=voices.count("verbose"),
        cwd=cwd,
    )


def keywords(
    environ: Mapping[str, str],
    *,
    root: str | None = None,
    upgrade: bool = False,
    user: bool = False,
    altinstall: bool = False,
    default_pip: bool = False,
    verbosity: int = 0,
    cwd: Path | None = None,
) -> Config:
    """Return the Config of `ensurepip.bootstrap(...)`.

    Raises `ValueError` for altinstall with default_pip: that is ensurepip's contract.
    """
    if altinstall and default_pip:
        raise ValueError("Cannot use altinstall and default_pip together")
    surroundings = Surroundings.of_process(environ, cwd)
    installer = read_requirement("pip", Origin.default(), surroundings)
    return Config(
        command=Command.INSTALL,
        target=TargetSettings(
            user=True if user else None,
            root=surroundings.absolute(root) if root else None,
            search_path=environ.get("PATH", ""),
            environment=environ,
            language=environment.language(surroundings),
        ),
        trust=TrustSettings(),
        network=NetworkSettings(offline=True),
        index=IndexSettings(),
        wanted=_wanted(installer, upgrade=upgrade),
        install=InstallSettings(
            pip_scripts=_scripts(surroundings, altinstall=altinstall, default_pip=default_pip)
        ),
        build=BuildSettings(environ=environ),
        surroundings=surroundings,
        installer=Sourced("pip", Origin.default()),
        installer_requirement=installer,
        verbosity=verbosity,
        version_check=False,
        upgrade=upgrade,
        no_index=True,
        seeds=frozenset(),
        into_a_venv=instead_of_ensurepip(upgrade=upgrade),
    )


def _heard(argv: Sequence[str]) -> OptionLayers:
    found = tuple(tokens(argv, _OPTIONS))
    arguments = [each.text for each in found if each.option is None]
    if arguments:
        raise MisplacedArgumentError(Command.INSTALL, "options only", arguments)
    return OptionLayers(
        tuple(
            OptionValue(each.option, each.text, Origin.option(each.name))
            for each in found
            if each.option
        )
    )


def _wanted(installer: InputRequirement, *, upgrade: bool) -> ResolveRequest:
    asked = install_request.complete(ResolveRequest(requirements=()), (), installer)
    return install_request.upgraded(asked, upgrade=upgrade, eager=False)


def _scripts(surroundings: Surroundings, *, altinstall: bool, default_pip: bool) -> PipScripts:
    if altinstall:
        return PipScripts.FULL_VERSION
    return environment.pip_scripts(surroundings) if default_pip else PipScripts.VERSIONED
