"""The pictures of a terminal in `docs/pictures`: `python -m tools.pictures` makes them anew.

Each shows a real run of dist/get-installer.pyz in a pseudo-terminal, with the real index behind an
intercepting proxy of the tests. Only the names of the home directory and of the proxy are replaced.
Look at the pictures before you keep them: as PNG by `rsvg-convert`, or in a browser.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import ssl
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from bootstrap._bundled import default_index_url
from tests.functional.terminal.pty_session import run_in_terminal
from tests.servers.authority import Authority
from tests.servers.interceptor import InterceptingProxy
from tests.unit.trust.private_ca import CertificateSpec, PrivateCa

CHECKOUT = Path(__file__).parents[1]
DIRECTORY = CHECKOUT / "docs/pictures"
ARCHIVE = CHECKOUT / "dist/get-installer.pyz"
COLUMNS = 100
INDEX = "https://pypi.corp.example/simple"
HOME, PROXY = "/home/me", "http://proxy.corp.example:3128"
_KEPT = ("PATH", "LANG", "LC_ALL")
_PLAIN, _BACKGROUND = (201, 209, 217), (13, 17, 23)
_ANSI = [
    (72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34),
    (88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196),
]  # fmt: skip
_THEME = TerminalTheme(_BACKGROUND, _PLAIN, _ANSI, _ANSI)
_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
PICTURES = {
    "run": ("--venv demo --installer none httpx rich", "An installation"),
    "error": ("--venv demo", "An error: a proxy that opens TLS"),
    "doctor": ("doctor -v --add-cert company-ca.pem", "doctor: what is trusted, and why"),
}
"""For each picture the command line and the title of its window."""


def main() -> None:
    """Write all pictures, and print their sizes."""
    DIRECTORY.mkdir(exist_ok=True)
    with _reader() as (home, environ):
        for name, (arguments, title) in PICTURES.items():
            typed = f"python3 get-installer.pyz {arguments}"
            recording = run_in_terminal(
                [sys.executable, *shlex.split(typed)[1:]],
                columns=COLUMNS,
                environ=environ if name != "run" else _without_proxy(environ),
                cwd=home,
            )
            shown = recording.text.replace(str(home), HOME).replace(environ["HTTPS_PROXY"], PROXY)
            text = f"\x1b[1m$ {typed}\x1b[0m\r\n{shown}"
            path = DIRECTORY / f"{name}.svg"
            path.write_text(picture(text, title, name), "utf-8")
            print(f"{path}  {path.stat().st_size:,} bytes")


def picture(text: str, title: str, unique_id: str) -> str:
    """Return an SVG of what a terminal shows after a text.

    :param unique_id: a prefix for its classes, so that several can be on one page
    """
    lines = list(_screen_lines(text))
    console = Console(record=True, width=COLUMNS, file=StringIO(), legacy_windows=False)
    for line in lines:
        console.print(line, soft_wrap=False, no_wrap=True, highlight=False)
    svg = console.export_svg(title=title, theme=_THEME, unique_id=unique_id)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # nothing is fetched for it
    svg = svg.replace("Fira Code, monospace", _FONT)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # spaces at the edges of runs
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip())


def _screen_lines(text: str) -> Iterator[Text]:
    screen = pyte.Screen(COLUMNS, 120)
    pyte.Stream(screen).feed(text)
    rows = len("\n".join(screen.display).rstrip().splitlines())
    for number in range(rows):
        row = (screen.buffer[number][column] for column in range(COLUMNS))
        styled = groupby(row, lambda each: (each.fg, each.bold))
        line = Text.assemble(*(_run(style, characters) for style, characters in styled))
        line.rstrip()
        yield line


def _run(style: tuple[str, bool], characters: Iterable[pyte.screens.Char]) -> tuple[str, Style]:
    color, bold = style
    named = {"default": None, "brown": "yellow"}.get(color, color)  # rich's names
    return "".join(each.data for each in characters), Style(color=named, bold=bold)


def _without_proxy(environ: dict[str, str]) -> dict[str, str]:
    left_out = {"HTTPS_PROXY", "PIP_INDEX_URL"}
    return {name: text for name, text in environ.items() if name not in left_out}


class _CompanyAuthority(Authority):
    """An authority with the name of a company, which issues certificates for its proxy."""

    def __init__(self) -> None:
        self._private = PrivateCa("Proxy Authority", organisation="Example Corporation")

    @property
    def pem(self) -> bytes:
        return self._private.root.pem

    def server_context(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued = self._private.issue(
            CertificateSpec(names=names, common_name=names[0], organisation="Example Corporation")
        )
        with tempfile.TemporaryDirectory() as directory:
            context.load_cert_chain(issued.write(Path(directory, "server.pem")))
        return context


@contextmanager
def _reader() -> Iterator[tuple[Path, dict[str, str]]]:
    """Give a home directory, and an environment in which a company's proxy opens TLS."""
    authority = _CompanyAuthority()
    real = str(urlsplit(default_index_url()).hostname)
    alias = str(urlsplit(INDEX).hostname)
    with (
        tempfile.TemporaryDirectory(prefix="me") as directory,
        InterceptingProxy(authority, {alias: real}) as proxy,
    ):
        home = Path(directory)
        shutil.copy(ARCHIVE, home)
        authority.write_pem(home / "company-ca.pem")
        environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environ |= {
            "HOME": str(home),
            "SHELL": "/bin/bash",
            "TERM": "xterm-256color",
            "PIP_CONFIG_FILE": os.devnull,
            "HTTPS_PROXY": proxy.url,
            "PIP_INDEX_URL": INDEX,
        }
        yield home, environ


if __name__ == "__main__":
    main()
