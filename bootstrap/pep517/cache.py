"""The cache of built wheels, by everything that determines a build."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from bootstrap.dataclasses import asdict, dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.file_changes import remove_tree, rename
from bootstrap.formats.documents import parse_json
from bootstrap.limits import SMALL_FILE_SIZE
from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.source import BuildRequest, ConfigSettings, SdistFile, VcsCheckout
from bootstrap.private_directory import (
    NotPrivateError,
    check_private,
    create_private,
    make_private,
    open_private,
)
from bootstrap.trust.digests import InvalidDigestError, Sha256
from bootstrap.trust.hashes import Hashes, HashMismatchError, VerifiedWheel, copy_verified

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

    def find(self, key: CacheKey, directory: Path) -> VerifiedWheel | None:
        """Return a copy of the wheel for a key, if there is one and its bytes are unchanged.

        What is there and cannot be used is removed, so that the next build replaces it.

        :param directory: where to put the copy; it is private, and new
        """
        entry = self._entry(key)
        if not os.path.lexists(entry):
            return None
        try:
            check_private(entry)
            with open_private(entry / "wheel.json") as stream:
                facts = parse_json(stream.read(SMALL_FILE_SIZE))
            filename, sha256 = Path(facts["filename"]).name, Sha256(facts["sha256"])
            with open_private(entry / filename) as stream:
                expected = Hashes.of([("sha256", sha256)])
                return copy_verified(stream, directory / filename, filename, expected).as_wheel()
        except (NotPrivateError, OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        except (InvalidDigestError, HashMismatchError):
            pass
        remove_tree(entry)
        with suppress(OSError):
            entry.unlink()  # a link, or a file
        return None

    def add(self, key: CacheKey, wheel: VerifiedWheel, path: Path) -> None:
        """Add a wheel, unless there is one; a failure only costs time in a later run."""
        entry, expected = self._entry(key), Hashes.of([("sha256", wheel.sha256)])
        with suppress(OSError, NotPrivateError):
            make_private(entry.parent)
            staged = Path(tempfile.mkdtemp(prefix=".new-", dir=entry.parent))
            try:
                with path.open("rb") as stream:
                    copy_verified(stream, staged / wheel.filename, wheel.filename, expected)
                facts = json.dumps({"filename": wheel.filename, "sha256": wheel.sha256})
                for name, text in (("key.json", key.to_json()), ("wheel.json", facts)):
                    with create_private(staged / name) as target:
                        target.write(text.encode())
                rename(staged, entry)  # must not replace an entry
            except (OSError, HashMismatchError):
                remove_tree(staged)

    def _entry(self, key: CacheKey) -> Path:
        return self.directory / key.digest[:2] / key.digest[2:]
