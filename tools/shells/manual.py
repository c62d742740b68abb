"""The manual page, in the macros of man(7)."""

from __future__ import annotations

from bootstrap import __version__
from bootstrap.config.options.option import Option
from bootstrap.config.options.table import GROUPS
from tools.shells.values import description_of

FILE = "get-installer.1"

_HEAD = r""".TH GET-INSTALLER 1 "" "get-installer {version}" "User commands"
.SH NAME
get-installer \- put a working Python package installer into any environment
.SH SYNOPSIS
.B python3 get-installer.pyz
.RI [ OPTIONS ]
.RI [ REQUIREMENT " ...]"
.RB [ \-\-
.IR "ARGUMENTS FOR THE INSTALLER" " ...]"
.br
.B python3 get-installer.pyz doctor
.RI [ OPTIONS ]
.RI [ URL " ...]"
.SH DESCRIPTION
Installs pip, another installer
.RB ( \-\-installer )
or any requirement into the target: the Python that runs it, or the one that
.B \-\-python
or
.B \-\-venv
names.
It installs everything or nothing, and certificates are always verified.
With
.B \-\-
it then becomes the installer, with the arguments that follow.
.PP
.B doctor
shows which certificate authorities are trusted, why, and which certificates each
.I URL
presents; without one, each index. It asks each index, too, and ends with a verdict.
.PP
.B help
.I TOPIC
explains trust, targets, kits, configuration, hand-off or exit-codes, and
.B explain
.I CODE
an error by its code.
.SH OPTIONS
Names and meanings are pip's wherever pip has them.
"""
_TAIL = r""".SH EXIT STATUS
.TP
.B 0
Everything that was asked for is installed.
With
.BR \-\- ,
the status is that of the installer.
.TP
.B 1
Nothing was changed; the message says why, and what to do next.
.TP
.B 2
The command line or the configuration is wrong.
.SH ENVIRONMENT
Each option can be set by a variable: PIP_INDEX_URL for
.BR \-\-index\-url .
NO_COLOR, FORCE_COLOR, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR mean what they mean
elsewhere.
.SH FILES
pip's configuration files, such as ~/.config/pip/pip.conf.
.SH EXAMPLES
.TP
.B python3 get-installer.pyz \-\-venv demo
Create an environment with pip.
.TP
.B python3 get-installer.pyz \-\-offline
Install the pip that the file contains; no socket is opened.
.TP
.B python3 get-installer.pyz \-\-cert ca.pem \-\-index\-url URL
Trust exactly these authorities, and use this index.
.SH SEE ALSO
.BR python3 (1),
.BR pip (1)
"""


def page() -> str:
    """Return the text of the page."""
    parts = [_HEAD.format(version=__version__)]
    for heading, options in GROUPS.items():
        parts.append(f".SS {_escaped(heading)}\n")
        parts += map(_entry, options)
    return "".join(parts) + _TAIL


def _entry(option: Option) -> str:
    names = r"\fR, \fB".join(_escaped(name) for name in option.names)
    metavar = rf" \fI{_escaped(option.metavar)}\fR" if option.metavar else ""
    text = _escaped(description_of(option))
    return f".TP\n\\fB{names}\\fR{metavar}\n{text[:1].upper()}{text[1:]}.\n"


def _escaped(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(aq")
    return escaped.replace("'", r"\(aq")
