"""The description as a value, and as JSON on standard output."""

import struct
import sys

from bootstrap.environment._probe_script.locations import environment, schemes
from bootstrap.environment._probe_script.runtime import build, markers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # noqa: F401  # the type comments use it

BEGIN = "<get-installer-probe "
END = " get-installer-probe>"


def describe(prefix=None):  # type: (str | None) -> dict[str, Any]
    """Return the whole description of this Python; `prefix` is that of `--prefix`."""
    return dict(environment(), schemes=schemes(prefix), markers=markers(), build=build())


def dump(value):  # type: (object) -> str
    """Return a value as JSON in ASCII; importing `json` would double the time of a probe."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        members = ["%s: %s" % (dump(key), dump(item)) for key, item in value.items()]
        return "{" + ", ".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(dump(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    return quote(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def quote(text):  # type: (str) -> str
    """Return text as a JSON string, whose escapes are units of UTF-16."""
    errors = "surrogatepass" if sys.version_info > (3,) else "strict"
    content = text.encode("utf-16-be", errors)
    units = struct.unpack(">%dH" % (len(content) // 2), content)
    plain = [0x20 <= unit < 0x7F and unit not in (0x22, 0x5C) for unit in units]
    return '"%s"' % "".join(
        chr(unit) if is_plain else "\\u%04x" % unit for unit, is_plain in zip(units, plain)
    )


def main():  # type: () -> None
    """Print the description between two marks: start-up files may print, too."""
    prefix = sys.argv[1] if len(sys.argv) > 1 else None
    sys.stdout.write("\n" + BEGIN + dump(describe(prefix)) + END + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
