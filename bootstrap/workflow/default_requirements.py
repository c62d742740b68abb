"""Requirements that are installed by default: pip, setuptools and wheel.

Like get-pip.py, a run adds setuptools and wheel on a Python below 3.12 that has neither, so that
get-pip.py's command lines have the same result. With `--installer`, which get-pip.py does not
have, only what is named is installed. Where no wheel of them is available (offline, or on a
private index), pip is installed alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

from bootstrap._bundled import BundledWheel
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap.config.install_request import project_names
from bootstrap.config.model import Config
from bootstrap.dataclasses import replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError
from bootstrap.metadata.core import parse_metadata
from bootstrap.metadata.installed import Installed
from bootstrap.provenance import Origin
from bootstrap.resolve.model import Constraint, constraints_by_name
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.trust.hashes import Hashes

_NO_SETUPTOOLS_SINCE = (3, 12)
_ORIGIN = Origin.default("get-pip.py's default")


class InstallerHashMissingError(BootstrapError):
    """Hashes are required, none is given for pip, and the bundled pip cannot be installed.

    Causes: --require-hashes holds for the installer, too.

    Next: give pip with a hash in the requirements file, or no installer:
        python3 get-installer.pyz --installer none --require-hashes -r requirements.txt
    """

    def __init__(self, bundled: BundledWheel, why: str) -> None:
        self.bundled, self.why = bundled, why
        super().__init__(
            "Hashes are required and none is given for pip, so only the bundled pip "
            f"{bundled.version} could be installed; {why}.",
            hint="Add pip with a hash (pip==VERSION --hash=sha256:…), or use --installer none.",
        )


def add_default_requirements(
    config: Config, target: TargetEnvironment, has_wheel: Callable[[NormalizedName], bool]
) -> ResolveRequest:
    """Return the Config's request with setuptools and wheel added where get-pip.py adds them."""
    request = config.request
    is_default = config.installer is not None and config.installer.origin.kind == "default"
    if (
        not is_default
        or target.version_info >= _NO_SETUPTOOLS_SINCE
        or request.require_hashes  # no hash of them is known
    ):
        return request
    named = project_names(request.requirements)
    added = tuple(
        InputRequirement(name, _ORIGIN, Requirement(name))
        for name in map(canonicalize_name, sorted(config.default_packages))
        if name not in named and not _is_importable(name, target) and has_wheel(name)
    )
    return replace(request, requirements=(*request.requirements, *added))


def _is_importable(name: str, target: TargetEnvironment) -> bool:
    """Return whether the target can import a package, from anywhere: get-pip.py's criterion."""
    path = target.interpreter.path if target.interpreter else target.search_path
    return any(Path(entry, name, "__init__.py").is_file() for entry in path)


def needs_bundled_installer(config: Config) -> bool:
    """Return whether hashes are required, and the default installer is wanted without one."""
    request, installer = config.request, config.installer
    if not request.require_hashes or installer is None or installer not in request.requirements:
        return False
    hashed = project_names(constraint for constraint in request.constraints if constraint.hashes)
    return installer.origin.kind == "default" and project_names([installer]).isdisjoint(hashed)


def require_bundled_installer(
    config: Config,
    request: ResolveRequest,
    target: TargetEnvironment,
    installed: Mapping[NormalizedName, Installed],
    bundled: BundledWheel,
) -> ResolveRequest:
    """Return a request with the bundled installer in place of any; without it if one is installed.

    Raises `InstallerHashMissingError` where target or constraints exclude the bundled one.
    """
    others = [item for item in request.requirements if item != config.installer]
    name = canonicalize_name("pip")
    limit = constraints_by_name(request.constraints, target.markers).get(name, Constraint())
    present = None if request.ignore_installed else installed.get(name)
    if present is not None and _allows(limit, str(present.version)):
        return replace(request, requirements=tuple(others))
    _check_suitable(bundled, limit, request, target)
    pinned = f"{name}=={bundled.version}"
    installer = InputRequirement(
        pinned,
        Origin.default("the bundled wheel"),
        Requirement(pinned),
        hashes=Hashes.of([("sha256", bundled.sha256)]),
    )
    return replace(request, requirements=(*others, installer))


def _check_suitable(
    bundled: BundledWheel, limit: Constraint, request: ResolveRequest, target: TargetEnvironment
) -> None:
    if not _allows(limit, bundled.version):
        constraints = ", ".join(f"{item.text} ({item.origin})" for item in limit.sources)
        raise InstallerHashMissingError(bundled, f"the constraint {constraints} excludes it")
    from bootstrap.install.wheel.wheel import read_metadata

    content = read_metadata(io.BytesIO(bundled.read()), bundled.filename)
    python = parse_metadata(content, bundled.filename).requires_python
    if python is None or request.ignore_requires_python:
        return
    if not python.contains(target.python_version, prereleases=True):
        found = target.markers["python_full_version"]
        raise InstallerHashMissingError(bundled, f"it requires Python {python}, not {found}")


def _allows(limit: Constraint, version: str) -> bool:
    return not limit.references and limit.specifier.contains(version, prereleases=True)
