from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from bootstrap.trust.digests import InvalidDigestError, Sha256
from bootstrap.trust.hashes import (
    HashCheck,
    Hashes,
    HashMismatchError,
    check,
    verify_wheel,
    verify_wheel_bytes,
)

CONTENT = b"a wheel" * 300_000  # more than one read
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SHA512 = hashlib.sha512(CONTENT).hexdigest()


def test_bytes_that_match_become_a_verified_wheel(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    path.write_bytes(CONTENT)
    on_disk = verify_wheel(path, "x.whl", Hashes.of([("sha256", SHA256.upper())]))
    in_memory = verify_wheel_bytes(CONTENT, "x.whl", Hashes())
    assert on_disk.sha256 == in_memory.sha256 == SHA256
    with on_disk.open() as one, in_memory.open() as other:
        assert one.read() == other.read() == CONTENT


@pytest.mark.parametrize(
    "pairs",
    [
        [("sha256", "0" * 64)],
        [("sha256", SHA256), ("sha512", "0" * 128)],
        [("md5", "0" * 32)],
    ],
)
def test_every_algorithm_must_match(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(HashMismatchError) as caught:
        verify_wheel_bytes(CONTENT, "x.whl", Hashes.of(pairs))
    assert "x.whl" in str(caught.value)
    algorithm, digest = pairs[-1]
    assert f"expected {algorithm} {digest}" in str(caught.value)
    assert f"found {algorithm} {caught.value.found[algorithm]}" in str(caught.value)


def test_one_of_several_digests_of_an_algorithm_is_enough() -> None:
    allowed = Hashes.of([("sha256", "0" * 64), ("sha256", SHA256)])
    assert check(io.BytesIO(CONTENT), "x.whl", allowed) == SHA256


@pytest.mark.parametrize(
    ("pairs", "is_met"),
    [
        ([], True),
        ([("sha256", "0" * 64), ("sha256", SHA256)], True),
        ([("sha256", "0" * 64)], False),
        ([("sha256", SHA256), ("sha512", SHA512)], False),
    ],
)
def test_a_sha256_meets_hashes_without_another_algorithm(
    pairs: list[tuple[str, str]], is_met: bool
) -> None:
    assert Hashes.of(pairs).is_met_by(SHA256) is is_met


def test_hashes_from_two_places_are_intersected() -> None:
    one = Hashes.of([("sha256", SHA256), ("sha256", "0" * 64)])
    other = Hashes.of([("sha256", SHA256), ("sha512", SHA512)])
    assert one.intersection(other) == Hashes.of([("sha256", SHA256), ("sha512", SHA512)])
    assert one.intersection(Hashes()) == Hashes().intersection(one) == one
    nothing = one.intersection(Hashes.of([("sha256", "1" * 64)]))
    with pytest.raises(HashMismatchError):
        verify_wheel_bytes(CONTENT, "x.whl", nothing)


def test_md5_is_not_a_strong_algorithm() -> None:
    both = Hashes.of([("md5", "0" * 32), ("sha384", "1" * 96)])
    assert both.strong() == Hashes.of([("sha384", "1" * 96)])
    assert not Hashes.of([("md5", "0" * 32)]).strong()


def test_bytes_are_hashed_once_for_all_algorithms() -> None:
    hash_check = HashCheck(Hashes.of([("sha256", "0" * 64), ("sha512", "1" * 128)]))
    hash_check.update(CONTENT[:1000])
    hash_check.update(CONTENT[1000:])
    with pytest.raises(HashMismatchError) as caught:
        hash_check.finish("x.whl")
    assert caught.value.found == {"sha256": SHA256, "sha512": SHA512}


def test_hashes_are_found_among_other_parts_of_a_fragment() -> None:
    url = (
        f"https://example.test/a.zip#egg=bad&sha256={'AB' * 32}&subdirectory=x"
        f"&sha3_256={'0c' * 32}&sha512={'cd' * 64}&blake9=x"
    )
    expected = [("sha256", "ab" * 32), ("sha3_256", "0c" * 32), ("sha512", "cd" * 64)]
    assert Hashes.in_fragment(url) == Hashes.of(expected)
    assert Hashes.in_fragment(f"https://example.test/a.zip#SHA256={'ab' * 32}")
    assert not Hashes.in_fragment(f"https://example.test/a.zip?sha256={'ab' * 32}&x")


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("sha256", ""),
        ("sha256", "/dev/zero"),
        ("sha256", "../" * 21 + "x"),
        ("sha256", SHA512),
        ("sha512", SHA256),
        ("md5", "0" * 31 + "\n"),
        ("sha256", "0x" + "0" * 62),
        ("sha256", "\u0663" * 64),
    ],
)
def test_no_hashes_contain_anything_but_a_digest_of_their_algorithm(
    algorithm: str, digest: str
) -> None:
    message = f"invalid {algorithm}: expected "
    with pytest.raises(InvalidDigestError, match=message):
        Hashes({algorithm: frozenset({digest})})
    with pytest.raises(InvalidDigestError, match=message):
        Hashes.of([(algorithm, digest)])
    with pytest.raises(InvalidDigestError, match=message):
        Hashes.in_fragment(f"https://example.test/a.zip#{algorithm}={digest}")


def test_a_long_text_is_shortened_in_the_message() -> None:
    with pytest.raises(InvalidDigestError) as caught:
        Hashes.of([("sha256", "x" * 1_000_000)])
    assert len(str(caught.value)) < 400


def test_a_name_in_the_cache_is_a_checked_sha256() -> None:
    assert Sha256(SHA256.upper()) == SHA256
    assert Hashes.of([("sha256", SHA256)]).only_sha256 == SHA256
    assert Hashes.of([("sha256", SHA256), ("sha256", "0" * 64)]).only_sha256 is None
    assert Hashes().only_sha256 is None
    for text in ("/etc/passwd", "../" * 21 + "x", ""):
        with pytest.raises(InvalidDigestError):
            Sha256(text)
