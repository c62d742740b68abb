"""The tables of options: `python -m tools.option_table` writes them.

`docs/options.md` has all options, and a table in `docs/drop-in.md` those of pip. Both are made from
the option table, so that they say what the program does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bootstrap.config.options.option import CONNECTING, EVERY, Option
from bootstrap.config.options.table import GROUPS, REMOVED, UNSUPPORTED

DOCUMENT = Path(__file__).parents[1] / "docs" / "drop-in.md"
REFERENCE = DOCUMENT.with_name("options.md")
_BEGIN, _END = "<!-- options: begin -->\n", "<!-- options: end -->\n"


def table() -> str:
    """Return the table, in Markdown."""
    return "".join(f"{line}\n" for line in ("| option of pip | here |", "|---|---|", *_rows()))


def document(text: str) -> str:
    """Return the text of the document with the table in its place."""
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}{table()}{_END}{after}"


_HEAD = """\
# Options

All options, as `--help` has them and those that it only names. This page is written by
`python -m tools.option_table` from the program's own table.

Each option can also be set by a variable and in pip.conf: `--index-url` is `PIP_INDEX_URL`, and the
key `index-url`. [Configuration](configuration.md) says how such values are written, and which one
counts. Where a row names commands, other commands do not have the option. Options that pip has,
too, mean what they mean there; [a table](drop-in.md#each-option-of-pip-install) lists the
differences.
"""


def reference() -> str:
    """Return the page of all options, in Markdown."""
    parts = [_HEAD]
    for title, group in GROUPS.items():
        rows = "".join(
            f"{_row(option.names, option.metavar, _details(option))}\n" for option in group
        )
        parts.append(f"\n## {title}\n\n| option | effect |\n|---|---|\n{rows}")
    return "".join(parts)


def _effect(option: Option) -> str:
    return "; ".join(filter(None, (option.help, option.note))) or "as in pip"


def _details(option: Option) -> str:
    what = _effect(option)
    if option.choices and not any(choice in option.spelling for choice in option.choices):
        what += f". One of: {', '.join(f'`{choice}`' for choice in option.choices)}"
    if option.variables:
        what += f". Also set by {', '.join(f'`{name}`' for name in option.variables)}"
    if not option.configurable and not option.variables:
        what += ". Only on the command line"
    if option.commands not in {CONNECTING, EVERY}:
        what += f". For {', '.join(f'`{command.value}`' for command in option.commands)}"
    return what


def _rows() -> Iterator[str]:
    for group in GROUPS.values():
        for option in group:
            if option.of_pip:
                yield _row(option.names, option.metavar, _effect(option))
    for name, alternative in UNSUPPORTED.items():
        if name not in REMOVED:
            yield _row((name,), "", f"**not supported**: {alternative[0].lower()}{alternative[1:]}")


def _row(names: tuple[str, ...], metavar: str, what: str) -> str:
    metavar = metavar.replace("|", "\\|")
    shown = [f"`{name}`" for name in names[:-1]] + [f"`{names[-1]} {metavar}".rstrip() + "`"]
    return f"| {', '.join(shown)} | {what.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8")), "utf-8")
    REFERENCE.write_text(reference(), "utf-8")
