from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap.environment.installation_scheme import describe_target
from bootstrap.environment.managed import (
    ExternallyManagedError,
    management_message,
    require_unmanaged,
)
from bootstrap.environment.model import TargetEnvironment
from tests.unit.environment.pythons import DEBIAN, RecordingUi, settings_for, target_of

WORDS = """[externally-managed]
Error=Ask your
 distributor.
Error-de=Frag deinen Distributor.
Error-pt_BR=Pergunte ao distribuidor.
"""


def managed(stdlib: Path, text: str | bytes = WORDS, **settings: Any) -> TargetEnvironment:
    """Return a target whose standard library says that it is externally managed."""
    content = text if isinstance(text, bytes) else text.encode()
    (stdlib / "EXTERNALLY-MANAGED").write_bytes(content)
    interpreter = target_of().interpreter
    assert interpreter is not None
    system = replace(interpreter, stdlib=stdlib, base_prefix=interpreter.prefix)
    return describe_target(system, settings_for(**settings), RecordingUi())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("", "Ask your\ndistributor."),
        ("C", "Ask your\ndistributor."),
        ("fr_FR.UTF-8", "Ask your\ndistributor."),
        ("de_AT.UTF-8", "Frag deinen Distributor."),
        ("de@euro", "Frag deinen Distributor."),
        ("pt_BR", "Pergunte ao distribuidor."),
        ("pt_PT", "Ask your\ndistributor."),
    ],
)
def test_the_message_is_in_the_users_language_if_possible(
    language: str, words: str, tmp_path: Path
) -> None:
    assert managed(tmp_path, language=language).externally_managed == words


@pytest.mark.parametrize(
    "text", ["", "[other]\nError=x", "[externally-managed]\n", "no ini file", b"\xff\xfe\x00"]
)
def test_a_marker_without_a_message_still_counts(text: str | bytes, tmp_path: Path) -> None:
    message = managed(tmp_path, text).externally_managed
    assert message is not None
    assert "is managed externally" in message


@pytest.mark.parametrize(
    "settings",
    [
        {"root": Path("/r")},
        {"prefix": Path("/p")},
        {"directory": Path("/d")},
        {"break_system_packages": True},
    ],
)
def test_a_marker_is_ignored_for_other_schemes_and_with_break_system_packages(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    assert managed(tmp_path, **settings).externally_managed is None


def test_a_marker_counts_for_the_user_site(tmp_path: Path) -> None:
    interpreter = target_of(DEBIAN).interpreter if DEBIAN.exists() else None
    if interpreter is None or interpreter.user_site is None:
        pytest.skip("no Python with a user site")
    (tmp_path / "EXTERNALLY-MANAGED").write_text(WORDS)
    found = describe_target(replace(interpreter, stdlib=tmp_path), settings_for(user=True))
    assert found.externally_managed is not None


def test_a_marker_is_ignored_in_a_virtual_environment(tmp_path: Path) -> None:
    (tmp_path / "EXTERNALLY-MANAGED").write_text(WORDS)
    interpreter = target_of().interpreter
    assert interpreter is not None
    inside = replace(interpreter.in_venv(tmp_path / "env"), stdlib=tmp_path)
    assert describe_target(inside, settings_for()).externally_managed is None


def test_the_command_in_the_hint_can_be_copied(tmp_path: Path) -> None:
    with pytest.raises(ExternallyManagedError, match="Ask your\ndistributor") as raised:
        require_unmanaged(managed(tmp_path), "python3 x.pyz --venv here")
    assert "    python3 x.pyz --venv here\n" in str(raised.value.hint)
    assert "--break-system-packages" in str(raised.value.hint)


def test_an_installation_without_a_marker_is_not_managed(tmp_path: Path) -> None:
    interpreter = target_of().interpreter
    assert interpreter is not None
    assert management_message(replace(interpreter, stdlib=tmp_path), "") is None
    require_unmanaged(describe_target(interpreter, settings_for()))


@pytest.mark.skipif(
    not Path("/usr/lib/python3.11/EXTERNALLY-MANAGED").exists(), reason="only on Debian 12"
)
def test_debians_message_is_shown() -> None:
    assert "python3-full" in str(target_of(DEBIAN).externally_managed)
