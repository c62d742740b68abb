"""get-installer: puts a working Python package installer into any environment.

`bootstrap()` and `version()` are ensurepip's functions, with ensurepip's contract: never the
network, no configuration, and nothing global is changed in the process that imports this.
"""

from __future__ import annotations

__version__ = "0.1.0"


def version() -> str:
    """Return the version of pip that `bootstrap()` installs."""
    from bootstrap._bundled import bundled_wheel

    return bundled_wheel().version


def bootstrap(
    *,
    root: str | None = None,
    upgrade: bool = False,
    user: bool = False,
    altinstall: bool = False,
    default_pip: bool = False,
    verbosity: int = 0,
) -> None:
    """Install the bundled pip into the running Python, as `ensurepip.bootstrap` does.

    Raises ValueError for altinstall with default_pip, and `BootstrapError` where it fails; raises
    the audit event `ensurepip.bootstrap` with the argument `root`.
    """
    import os
    import sys

    from bootstrap.config.ensurepip import from_keywords
    from bootstrap.ui import Ui
    from bootstrap.workflow.install import install

    config = from_keywords(
        os.environ,
        root=root,
        upgrade=upgrade,
        user=user,
        altinstall=altinstall,
        default_pip=default_pip,
        verbosity=verbosity,
    )
    sys.audit("ensurepip.bootstrap", root)
    install(config, Ui(sys.stdout, sys.stderr, verbosity))
