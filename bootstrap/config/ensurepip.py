"""ensurepip's command line and keywords as a Config: no network and no configuration.

`python -m ensurepip` has few options and ignores pip's variables and files; the target is always
the running Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bootstrap.config.install_request import project_names
from bootstrap.config.model import Config, Inputs
from bootstrap.config.options.layers import ConflictingOptionsError, OptionLayers
from bootstrap.config.options.option import Command, Option, OptionKind
from bootstrap.config.options.parser import MisplacedArgumentError
from bootstrap.config.options.process import ProcessContext, ensurepip_venv_command
from bootstrap.config.options.tokens import arguments_of, option_values, tokenize
from bootstrap.config.requirements.parse import parse_requirement
from bootstrap.config.settings import pip_scripts
from bootstrap.environment.settings import TargetSettings
from bootstrap.install.model import InstallSettings, PipScripts
from bootstrap.network.settings import NetworkSettings
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import ResolveRequest

_OPTIONS = (
    Option("-h --help"),
    Option("--version"),
    Option("-v --verbose", explicit_kind=OptionKind.COUNT),
    Option("-U --upgrade"),
    Option("--user"),
    Option("--root DIR", explicit_kind=OptionKind.PATH),
    Option("--altinstall"),
    Option("--default-pip"),
)

_HELP = """\
usage: python -m {module} [-h] [--version] [-v] [-U] [--user] [--root DIR]
                           [--altinstall] [--default-pip]

Installs the bundled pip into this Python, as `python -m ensurepip` does.

  --version       show the version of the bundled pip
  -v, --verbose   more detail
  -U, --upgrade   upgrade pip, even if one is installed
  --user          install into the user's site-packages
  --root DIR      install into another root directory
  --altinstall    install only the script pip3.Y
  --default-pip   install the script pip besides pip3 and pip3.Y"""


def informational_text(argv: Sequence[str], bundled_version: str, module: str) -> str | None:
    """Return the text for `--help` or `--version`; None where neither is given.

    :param module: what `python -m` was given
    """
    layers = _parse(argv)
    if layers.flag("help"):
        return _HELP.replace("{module}", module)
    return f"pip {bundled_version}" if layers.flag("version") else None


def load(argv: Sequence[str], environ: Mapping[str, str], cwd: Path | None = None) -> Config:
    """Return the Config of an ensurepip command line.

    Raises a `UsageError` that names the option.
    """
    layers = _parse(argv)
    root = layers.text("root")
    if layers.flag("altinstall") and layers.flag("default_pip"):
        raise ConflictingOptionsError("--altinstall", "--default-pip")
    return from_keywords(
        environ,
        root=root.value if root else None,
        upgrade=layers.flag("upgrade"),
        user=layers.flag("user"),
        altinstall=layers.flag("altinstall"),
        default_pip=layers.flag("default_pip"),
        verbosity=layers.count("verbose"),
        cwd=cwd,
    )


def from_keywords(
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

    Raises `ValueError` for altinstall with default_pip, as ensurepip does.
    """
    if altinstall and default_pip:
        raise ValueError("Cannot use altinstall and default_pip together")
    process = ProcessContext.current(environ, cwd)
    installer = parse_requirement("pip", Origin.default(), process)
    if altinstall:
        scripts = PipScripts.FULL_VERSION
    else:
        scripts = pip_scripts(process) if default_pip else PipScripts.VERSIONED
    return Config(
        command=Command.INSTALL,
        inputs=Inputs(process),
        target=TargetSettings(
            user=True if user else None,
            root=process.absolute(root) if root else None,
            search_path=environ.get("PATH", ""),
            language=process.language,
        ),
        network=NetworkSettings(offline=True),
        no_index=True,
        request=ResolveRequest(
            (installer,), upgrade=project_names([installer]) if upgrade else frozenset()
        ),
        install=InstallSettings(pip_scripts=scripts),
        installer=installer,
        default_packages=frozenset(),
        verbosity=verbosity,
        version_check=False,
        venv_command=ensurepip_venv_command(upgrade=upgrade),
    )


def _parse(argv: Sequence[str]) -> OptionLayers:
    tokens = tuple(tokenize(argv, _OPTIONS))
    if arguments := arguments_of(tokens):
        raise MisplacedArgumentError(Command.INSTALL, "options only", arguments)
    return OptionLayers(option_values(tokens))
