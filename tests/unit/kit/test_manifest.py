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


def test_a_written_manifest_is_read_again() -> None:
    assert parse_manifest(WHOLE.to_json()) == WHOLE
    assert parse_manifest(Manifest().to_json()) == Manifest()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([["../a", 1, 1, SHA]], "it names a file that cannot be"),
        ([["/a", 1, 1, SHA]], "it names a file that cannot be"),
        ([["a", 1, 1, SHA], ["a", 1, 1, SHA]], "it names a file that cannot be"),
        ([["manifest.json", 1, 1, SHA]], "it names a file that cannot be"),
        ([["a", -1, 1, SHA]], "out of range"),
        ([["a", 1, 1 << 32, SHA]], "out of range"),
        ([["a", "1", 1, SHA]], "wrong type"),
        ([["a", 1, 1, "x"]], "no sha256"),
        ([["a", 1, 1]], "not valid"),
        ({}, "not valid|expected"),
        (None, "not valid"),
    ],
)
def test_an_invalid_list_of_files_is_refused(files: Any, why: str) -> None:
    document = json.loads(Manifest().to_json()) | {"files": files}
    if files == {}:
        document["requirements"] = {}
    with pytest.raises(ManifestError, match=why):
        parse_manifest(json.dumps(document).encode())


def test_another_layout_and_other_documents_are_refused() -> None:
    for content in (b"", b"[]", b"{}", b'{"layout": 2}', b"\xff"):
        with pytest.raises(ManifestError):
            parse_manifest(content)
