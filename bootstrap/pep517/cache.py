"""The cache of built wheels, by everything that determines a build."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bootstrap.environment.model import TargetEnvironment
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildRequest, ConfigSettings, SdistFile, VcsCheckout
from bootstrap.trust.hashes import Hashes, HashMismatchError, VerifiedWheel, verify_wheel

# Variables that configure compilers and backends: another value, another wheel.
_BUILD_VARIABLES = ("CC", "CXX", "CPP", "AR", "LD", "ARCHFLAGS", "MACOSX_DEPLOYMENT_TARGET")
_BUILD_SUFFIXES = ("FLAGS", "_PRETEND_VERSION")
_BUILD_PREFIXES = ("CMAKE_", "CARGO_", "RUST", "SETUPTOOLS_", "_PYTHON_", "SOURCE_DATE_EPOCH")


@dataclass(frozen=True)
class CacheKey:
    """Everything that determines the wheel of a build."""

    source: str
    subdirectory: str
    config_settings: ConfigSettings
    build_constraints: str
    python: str
    tag: str
    """The target's best tag: interpreter, ABI and platform."""
    variables: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """A hash of it, usable as a file name."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the key as JSON, also for users who look into the cache."""
        return json.dumps(asdict(self), sort_keys=True, indent=1)


def cache_key(
    request: BuildRequest, target: TargetEnvironment, settings: BuildSettings, constraints: str
) -> CacheKey | None:
    """Return the key of the request's wheel, or None if not everything is known."""
    source = request.source
    if not settings.isolated or request.editable:
        return None
    if isinstance(source, SdistFile):
        origin = f"sha256:{source.sha256}"
    elif isinstance(source, VcsCheckout) and source.requested == source.commit:
        # For a branch or a tag, a version derived from the tags may change without a new commit.
        origin = f"git:{source.url}@{source.commit}"
    else:
        return None
    return CacheKey(
        source=origin,
        subdirectory=source.subdirectory,
        config_settings=request.config_settings,
        build_constraints=constraints,
        python=target.markers["python_full_version"],
        tag=str(target.tags[0]),
        variables=tuple(
            sorted(
                (name, value)
                for name, value in settings.environ.items()
                if name in _BUILD_VARIABLES
                or name.endswith(_BUILD_SUFFIXES)
                or name.startswith(_BUILD_PREFIXES)
            )
        ),
    )


@dataclass(frozen=True)
class BuiltWheelCache:
    """A directory of built wheels; an entry is complete or absent, and verified when used."""

    directory: Path

    def find(self, key: CacheKey) -> VerifiedWheel | None:
        """Return the wheel for a key, if there is one and its bytes are unchanged."""
        entry = self._entry(key)
        try:
            facts = json.loads((entry / "wheel.json").read_text(encoding="utf-8"))
            filename, sha256 = str(facts["filename"]), str(facts["sha256"])
            expected = Hashes.of([("sha256", sha256)])
            return verify_wheel(entry / Path(filename).name, filename, expected)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        except HashMismatchError:
            shutil.rmtree(entry, ignore_errors=True)
            return None

    def add(self, key: CacheKey, wheel: VerifiedWheel, path: Path) -> None:
        """Add a wheel, unless there is one; a failure only costs time in a later run."""
        entry = self._entry(key)
        with suppress(OSError):
            entry.parent.mkdir(parents=True, exist_ok=True)
            staged = Path(tempfile.mkdtemp(prefix=".new-", dir=entry.parent))
            try:
                shutil.copyfile(path, staged / wheel.filename)
                (staged / "key.json").write_text(key.to_json(), encoding="utf-8")
                facts = json.dumps({"filename": wheel.filename, "sha256": wheel.sha256})
                (staged / "wheel.json").write_text(facts, encoding="utf-8")
                os.rename(staged, entry)  # noqa: PTH104  # must not replace an entry
            except OSError:
                shutil.rmtree(staged, ignore_errors=True)

    def _entry(self, key: CacheKey) -> Path:
        return self.directory / key.digest[:2] / key.digest[2:]
