"""The table of pip's options in `docs/drop-in.md`: `python -m tools.option_table` writes it.

It is made from the option table, so that it says what the program does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bootstrap.config.options.table import GROUPS, REMOVED, UNSUPPORTED

DOCUMENT = Path(__file__).parents[1] / "docs" / "drop-in.md"
_BEGIN, _END = "<!-- options: begin -->\n", "<!-- options: end -->\n"


def table() -> str:
    """Return the table, in Markdown."""
    return "".join(f"{line}\n" for line in ("| option of pip | here |", "|---|---|", *_rows()))


def document(text: str) -> str:
    """Return the text of the document with the table in its place."""
    before, rest = text.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}{table()}{_END}{after}"


def _rows() -> Iterator[str]:
    for group in GROUPS.values():
        for option in group:
            if option.of_pip:
                what = "; ".join(filter(None, (option.help, option.note))) or "as in pip"
                yield _row(option.names, option.metavar, what)
    for name, alternative in UNSUPPORTED.items():
        if name not in REMOVED:
            yield _row((name,), "", f"**not supported**: {alternative[0].lower()}{alternative[1:]}")


def _row(names: tuple[str, ...], metavar: str, what: str) -> str:
    metavar = metavar.replace("|", "\\|")
    shown = [f"`{name}`" for name in names[:-1]] + [f"`{names[-1]} {metavar}".rstrip() + "`"]
    return f"| {', '.join(shown)} | {what.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8")), "utf-8")
