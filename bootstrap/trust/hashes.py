"""Check the hashes of files. Only this module makes a `VerifiedWheel`."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from bootstrap.dataclasses import dataclass, field
from bootstrap.errors import BootstrapError
from bootstrap.private_directory import create_private
from bootstrap.trust.digests import DIGEST_SIZES, STRONG_ALGORITHMS, Sha256, parse_digest

_CHUNK = 1 << 20
_IN_FRAGMENT = re.compile(r"[#&]([A-Za-z0-9_]+)=([^&]*)")


class HashMismatchError(BootstrapError):
    """A file does not have the expected hash.

    Causes: the file was replaced or changed on the index, a mirror or a proxy; or the hash is that
    of another file or version.

    Next: compare the digest with the one that the project publishes; do not change the hash before
    you know why. Fetch it again:
        python3 get-installer.pyz --venv demo --no-cache-dir -r requirements.txt
    """

    def __init__(self, file: str, expected: Hashes, found: Mapping[str, str]) -> None:
        self.file, self.expected, self.found = file, expected, dict(found)
        lines = [f"The file {file} does not have the expected hash."]
        for algorithm, digests in expected.allowed.items():
            lines += [f"  expected {algorithm} {digest}" for digest in sorted(digests)]
            lines.append(f"     found {algorithm} {found[algorithm]}")
        super().__init__(
            "\n".join(lines),
            hint="The file was damaged or replaced, or the expected hash is out of date. Nothing "
            "from it was used. Compare it with a copy from another source before you continue.",
        )


class WeakHashError(BootstrapError):
    """A file has only weak hashes, but hashes are required.

    Causes: the lock or index has only md5 or sha1, which can be forged.

    Next: make the lock anew with sha256:
        python3 get-installer.pyz --lock pylock.toml --dry-run -r requirements.txt
    """

    def __init__(self, file: str, offered: Iterable[str]) -> None:
        self.file, self.offered = file, tuple(offered)
        super().__init__(
            f"The file {file} has only a hash of {', '.join(self.offered)}; "
            f"expected one of {', '.join(STRONG_ALGORITHMS)}.",
            hint="Add its sha256.",
        )


@dataclass(frozen=True)
class Hashes:
    """Allowed hex digests by algorithm; a file must match one of every algorithm.

    Every digest has the form of its algorithm: another one raises `InvalidDigestError`.
    """

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked = {
            algorithm: frozenset(parse_digest(algorithm, digest) for digest in digests)
            for algorithm, digests in self.allowed.items()
        }
        object.__setattr__(self, "allowed", checked)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Hashes:
        """Collect pairs of algorithm and hex digest; unknown algorithms are ignored, as in pip.

        Raises `InvalidDigestError`.
        """
        allowed: dict[str, frozenset[str]] = {}
        for algorithm, digest in pairs:
            if algorithm in DIGEST_SIZES:
                allowed[algorithm] = allowed.get(algorithm, frozenset()) | {digest}
        return cls(allowed)

    @classmethod
    def in_fragment(cls, url: str) -> Hashes:
        """Return the hashes in a URL's fragment (`#sha256=…`, PEP 503).

        Raises `InvalidDigestError`.
        """
        return cls.of(fragment_digests(url))

    def __bool__(self) -> bool:
        return bool(self.allowed)

    def __hash__(self) -> int:
        return hash(frozenset(self.allowed.items()))

    def intersection(self, other: Hashes) -> Hashes:
        """Return what satisfies both (pip's rule for hashes from two places)."""
        if not self or not other:
            return self or other
        both = {**self.allowed, **other.allowed}
        for algorithm in self.allowed.keys() & other.allowed.keys():
            both[algorithm] = self.allowed[algorithm] & other.allowed[algorithm]
        return Hashes(both)

    def is_met_by(self, sha256: str) -> bool:
        """Return whether a file's sha256 alone shows that it has these hashes."""
        return self.allowed.keys() <= {"sha256"} and sha256 in self.allowed.get("sha256", {sha256})

    @property
    def only_sha256(self) -> Sha256 | None:
        """The sha256 of a file, if exactly one is allowed."""
        digests = self.allowed.get("sha256", frozenset())
        return Sha256(next(iter(digests))) if len(digests) == 1 else None

    def strong(self) -> Hashes:
        """Return only the strong algorithms."""
        return Hashes({a: d for a, d in self.allowed.items() if a in STRONG_ALGORITHMS})


def fragment_digests(url: str) -> list[tuple[str, str]]:
    """Return the pairs of algorithm and digest in a URL's fragment, unchecked."""
    found = _IN_FRAGMENT.findall(url, max(url.find("#"), 0)) if "#" in url else []
    pairs = [(name.lower(), digest) for name, digest in found]
    return [(name, digest) for name, digest in pairs if name in DIGEST_SIZES]


@dataclass(frozen=True)
class VerifiedWheel:
    """A wheel whose hash was checked."""

    filename: str
    sha256: Sha256
    source: Path | bytes = field(repr=False)

    def open(self) -> BinaryIO:
        """Open the wheel's bytes for reading."""
        return io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")


@dataclass(frozen=True)
class VerifiedFile:
    """A file in a private directory of this run, whose hash was checked."""

    filename: str
    sha256: Sha256
    path: Path

    def as_wheel(self) -> VerifiedWheel:
        """Return the file as a wheel, without reading it again."""
        return VerifiedWheel(self.filename, self.sha256, self.path)


class HashCheck:
    """Hashes a file in chunks, and compares the digests with the expected ones at the end."""

    def __init__(self, expected: Hashes) -> None:
        import hashlib  # with OpenSSL's library, 3 ms: a run with nothing to do hashes nothing

        self._expected = expected
        # usedforsecurity=False: FIPS machines refuse md5 otherwise, and an index may name it.
        self._hashers = {
            name: hashlib.new(name, usedforsecurity=False) for name in {"sha256", *expected.allowed}
        }

    def update(self, chunk: bytes) -> None:
        """Hash the next bytes."""
        for hasher in self._hashers.values():
            hasher.update(chunk)

    def finish(self, filename: str) -> Sha256:
        """Return the sha256; raises `HashMismatchError` unless every algorithm matches."""
        found = {name: hasher.hexdigest() for name, hasher in self._hashers.items()}
        if any(found[name] not in digests for name, digests in self._expected.allowed.items()):
            raise HashMismatchError(filename, self._expected, found)
        return Sha256(found["sha256"])


def check(stream: BinaryIO, file: str, expected: Hashes) -> Sha256:
    """Read a stream, and return its sha256.

    Raises `HashMismatchError` unless every algorithm matches.
    """
    hash_check = HashCheck(expected)
    while chunk := stream.read(_CHUNK):
        hash_check.update(chunk)
    return hash_check.finish(file)


def copy_verified(stream: BinaryIO, copy: Path, filename: str, expected: Hashes) -> VerifiedFile:
    """Copy an open file to a new path in a private directory, and check the hash of the copy.

    What is read later is what was hashed, whatever happens to the original. Raises
    `HashMismatchError`, and `OSError`; then there is no copy.
    """
    hash_check = HashCheck(expected)
    try:
        with create_private(copy) as target:
            while chunk := stream.read(_CHUNK):
                hash_check.update(chunk)
                target.write(chunk)
        return VerifiedFile(filename, hash_check.finish(filename), copy)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def verify_wheel(path: Path, filename: str, expected: Hashes) -> VerifiedWheel:
    """Check the hash of a wheel in a private directory. Raises `HashMismatchError`."""
    with path.open("rb") as stream:
        return VerifiedWheel(filename, check(stream, filename, expected), path)


def verify_wheel_bytes(content: bytes, filename: str, expected: Hashes) -> VerifiedWheel:
    """Check the hash of a wheel in memory (the bundled one). Raises `HashMismatchError`."""
    return VerifiedWheel(filename, check(io.BytesIO(content), filename, expected), content)
