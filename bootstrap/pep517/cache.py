"""Built wheels, kept by what made them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bootstrap.environment.model import TargetEnvironment
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildRequest, SdistFile, VcsCheckout
from bootstrap.trust.hashes import Hashes, HashMismatchError, VerifiedWheel, verify_wheel

# Variables by which people steer compilers and back-ends: another value, another wheel.
_STEERING = ("CC", "CXX", "CPP", "AR", "LD", "ARCHFLAGS", "MACOSX_DEPLOYMENT_TARGET")
_STEERING_ENDS = ("FLAGS", "_PRETEND_VERSION")
_STEERING_STARTS = ("CMAKE_", "CARGO_", "RUST", "SETUPTOOLS_", "_PYTHON_", "SOURCE_DATE_EPOCH")


@dataclass(frozen=True)
class CacheKey:
    """All that decides which wheel comes out of a build."""

    source: str
    subdirectory: str
    config_settings: object
    build_constraints: str
    python: str
    tag: str
    """The target's best tag: interpreter, ABI and platform."""
    variables: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """A name for it that a file system takes."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The recipe as JSON, for people who wonder where a wheel came from."""
        return json.dumps(asdict(self), sort_keys=True, indent=1)


def recipe_of(
    order: BuildRequest, target: TargetEnvironment, settings: BuildSettings, constraints: str
) -> CacheKey | None:
    """Return what makes the order's wheel, or None where that is not known for certain."""
    source = order.source
    if not settings.isolated or order.editable:
        return None
    if isinstance(source, SdistFile):
        origin = f"sha256:{source.sha256}"
    elif isinstance(source, VcsCheckout) and source.requested == source.commit:
        # By a branch or a tag, a version taken from the tags may change though the commit stays.
        origin = f"git:{source.url}@{source.commit}"
    else:
        return None
    return CacheKey(
        source=origin,
        subdirectory=source.subdirectory,
        config_settings=order.config_settings,
        build_constraints=constraints,
        python=target.markers["python_full_version"],
        tag=str(target.tags[0]),
        variables=tuple(sorted(item for item in settings.environ.items() if _steers(item[0]))),
    )


def _steers(name: str) -> bool:
    return name in _STEERING or name.endswith(_STEERING_ENDS) or name.startswith(_STEERING_STARTS)


@dataclass(frozen=True)
class BuiltWheels:
    """A directory of built wheels; an entry is complete or absent, and checked when it is used."""

    directory: Path

    def find(self, recipe: CacheKey) -> VerifiedWheel | None:
        """Return the wheel made by a recipe, if there is one and its bytes are as they were."""
        entry = self._entry(recipe)
        try:
            note = json.loads((entry / "wheel.json").read_text(encoding="utf-8"))
            filename, sha256 = str(note["filename"]), str(note["sha256"])
            expected = Hashes.of([("sha256", sha256)])
            return verify_wheel(entry / Path(filename).name, filename, expected)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        except HashMismatchError:
            shutil.rmtree(entry, ignore_errors=True)
            return None

    def keep(self, recipe: CacheKey, wheel: VerifiedWheel, path: Path) -> VerifiedWheel:
        """Keep a wheel and return it as it lies here; a cache that fails costs only time."""
        entry = self._entry(recipe)
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
            staged = Path(tempfile.mkdtemp(prefix=".new-", dir=entry.parent))
        except OSError:
            return wheel
        try:
            self._fill(staged, recipe, wheel, path)
            os.rename(staged, entry)  # noqa: PTH104  # must not replace an entry
        except OSError:
            shutil.rmtree(staged, ignore_errors=True)
        return self.find(recipe) or wheel

    @staticmethod
    def _fill(entry: Path, recipe: CacheKey, wheel: VerifiedWheel, path: Path) -> None:
        shutil.copyfile(path, entry / wheel.filename)
        (entry / "recipe.json").write_text(recipe.text, encoding="utf-8")
        note = json.dumps({"filename": wheel.filename, "sha256": wheel.sha256})
        (entry / "wheel.json").write_text(note, encoding="utf-8")

    def _entry(self, recipe: CacheKey) -> Path:
        return self.directory / recipe.digest[:2] / recipe.digest[2:]
