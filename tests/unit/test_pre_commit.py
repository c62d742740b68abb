"""The hooks of pre-commit run the tools that CI runs, in the same versions."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    from bootstrap._vendor import tomli as tomllib

CHECKOUT = Path(__file__).parents[2]
HOOKS = (CHECKOUT / ".pre-commit-config.yaml").read_text("utf-8")
EXTRAS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
_HOOK = re.compile(r"^ +- id: (\S+)\n((?:^ {8,}.*\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^ +entry: (\S+)", re.MULTILINE)
_REQUIREMENT = re.compile(r'"([^"]+)"')


def hooks() -> dict[str, tuple[str, list[str]]]:
    """Return the program and the requirements of each hook."""
    found = {}
    for name, lines in _HOOK.findall(HOOKS):
        (program,) = _ENTRY.findall(lines)
        found[name] = (program, _REQUIREMENT.findall(lines))
    return found


def test_the_hooks_are_lint_format_and_types() -> None:
    programs = {name: program for name, (program, _) in hooks().items()}
    assert programs == {"ruff-check": "ruff", "ruff-format": "ruff", "mypy": "mypy"}
    assert HOOKS.count("- id:") == len(programs)


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_installs_its_program_and_only_what_ci_installs(hook: str) -> None:
    program, requirements = hooks()[hook]
    assert [each for each in requirements if each.startswith(f"{program}==")]
    assert set(requirements) <= {*EXTRAS["dev"], *EXTRAS["unbundled"]}
