"""The manifest: what is in it is read again, and what cannot be is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bootstrap.kit.layout import Member
from bootstrap.kit.manifest import Manifest, ManifestError, PackedTarget, parse_manifest

SHA = "a" * 64
WHOLE = Manifest(
    (Member("wheels/a.whl", 5, 7, SHA), Member("pylock.toml", 1 << 40, 0, SHA)),
    "get-installer 1.0",
    "poetry>=2",
    ("requests",),
    (PackedTarget("linux-x86_64-glibc2.28", "Linux", "cp312-cp312-any", {"a": "b"}),),
    ("--cert", "ca.pem"),
    {"ca.pem": "PEM"},
    {"cutoff": "2026-01-01"},
    is_reproducible=False,
)


HEAD, _, _ = Manifest().to_bytes().partition(b"\n\n")


def test_a_written_manifest_is_read_again() -> None:
    assert parse_manifest(WHOLE.to_bytes()) == WHOLE
    assert parse_manifest(Manifest().to_bytes()) == Manifest()


def test_it_can_be_read_by_people() -> None:
    assert WHOLE.to_bytes().endswith(f"{SHA} 00000000 {1 << 40} pylock.toml\n".encode())


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (f"{SHA} 00000001 1 ../a\n", "it names a file that cannot be"),
        (f"{SHA} 00000001 1 /a\n", "it names a file that cannot be"),
        (f"{SHA} 00000001 1 a\n" * 2, "it names a file that cannot be"),
        (f"{SHA} 00000001 1 manifest.txt\n", "it names a file that cannot be"),
        (f"{SHA} 00000001 1 a/\n", "is a directory"),
        (f"{SHA} 00000001 -1 a\n", "no row"),
        (f"{SHA} 00000001 01 a\n", "no row"),
        (f"{SHA} 00000001 {10**18} a\n", "no row"),
        (f"{SHA} 1 1 a\n", "no row"),
        (f"{SHA[1:]} 00000001 1 a\n", "no row"),
        (f"{SHA} 00000001 1 \n", "no row"),
        ("\n", "no row"),
        (f"{SHA} 00000001 1 a", "not valid"),
    ],
)
def test_an_invalid_list_of_files_is_refused(rows: str, why: str) -> None:
    with pytest.raises(ManifestError, match=why):
        parse_manifest(HEAD + b"\n\n" + rows.encode())


@pytest.mark.parametrize(
    "changes", [{"layout": 2}, {"requirements": {}}, {"targets": [1]}, {"certificates": []}]
)
def test_invalid_settings_are_refused(changes: dict[str, Any]) -> None:
    document = json.loads(HEAD) | changes
    with pytest.raises(ManifestError):
        parse_manifest(json.dumps(document).encode() + b"\n\n")


def test_other_documents_are_refused() -> None:
    for content in (b"", b"[]", b"{}", b"{}\n\n", b"\xff\n\n", HEAD):
        with pytest.raises(ManifestError):
            parse_manifest(content)
