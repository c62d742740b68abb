from __future__ import annotations

import pytest

from bootstrap.lock.read import split_reference


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pylock.toml", ("pylock.toml", set())),
        ("pylock.dev.toml", ("pylock.dev.toml", set())),
        ("/a b/pylock.toml[x, Y]", ("/a b/pylock.toml", {"x", "Y"})),
        ("..\\pylock.toml", ("..\\pylock.toml", set())),
        ("https://h.example/pylock.toml", ("https://h.example/pylock.toml", set())),
        ("https://h.example/pylock.toml?v=1", ("https://h.example/pylock.toml?v=1", set())),
        ("pylock.a.b.toml", None),
        ("pylock..toml", None),
        ("mypylock.toml", None),
        ("pylock.toml.txt", None),
        ("requirements.txt", None),
    ],
)
def test_a_lock_is_recognized_by_its_name(text: str, found: object) -> None:
    assert split_reference(text) == found
