"""Wheels that break a rule of wheels."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.install.wheel_rules import Rule
from tests.unit.install.hostile.kind import DATA, INFO, METADATA, WHEEL, Kind, entries_of, wheel
from tests.unit.install.zips import Zip


def wheels() -> Iterator[Kind]:
    """Yield the kinds that break a rule of wheels."""
    yield Kind("bad-file-name", Rule.FILENAME, wheel, "demo-1.0.whl")
    yield Kind("bad-version-in-file-name", Rule.FILENAME, wheel, "demo-x_y-py3-none-any.whl")
    yield Kind("other-spelling", None, wheel, "Demo-1.0.0-py3-none-any.whl")
    yield Kind("build-tag", None, wheel, "demo-1.0-1-py3-none-any.whl")
    yield Kind("no-dist-info", Rule.NO_DIST_INFO, lambda: Zip(entries_of({"demo.py": b""})).bytes())
    yield Kind(
        "two-dist-infos", Rule.SEVERAL_DIST_INFO, lambda: wheel({"pip-9.9.dist-info/METADATA": b""})
    )
    yield Kind(
        "dist-info-in-other-case", Rule.SEVERAL_DIST_INFO, lambda: wheel({"pip-9.DIST-INFO/x": b""})
    )
    yield Kind("other-name", Rule.DIST_INFO_NAME, wheel, "other-1.0-py3-none-any.whl")
    yield Kind("other-version", Rule.DIST_INFO_NAME, wheel, "demo-1.1-py3-none-any.whl")
    yield Kind("no-wheel-file", Rule.NO_WHEEL_FILE, lambda: wheel({f"{INFO}/WHEEL": None}))
    yield Kind(
        "wheel-file-garbage",
        Rule.WHEEL_FILE,
        lambda: wheel({f"{INFO}/WHEEL": b"Wheel-Version: 1\n"}),
    )
    yield Kind("wheel-file-stray-line", None, lambda: wheel({f"{INFO}/WHEEL": WHEEL + b"?\n"}))
    yield Kind("wheel-file-latin-1", Rule.WHEEL_FILE, lambda: wheel({f"{INFO}/WHEEL": b"\xfc: 1"}))
    yield Kind(
        "no-wheel-version",
        Rule.NO_WHEEL_VERSION,
        lambda: wheel({f"{INFO}/WHEEL": b"Root-Is-Purelib: true\n"}),
    )
    yield Kind("wheel-version-2.0", Rule.WHEEL_VERSION, lambda: _wheel_file(b"2.0"))
    yield Kind("wheel-version-1.9", None, lambda: _wheel_file(b"1.9"))
    yield Kind("wheel-version-garbage", Rule.WHEEL_FILE, lambda: _wheel_file(b"one"))
    yield Kind("purelib-maybe", Rule.ROOT_IS_PURELIB, lambda: _wheel_file(b"1.0", b"maybe"))
    yield Kind("platlib", None, lambda: _wheel_file(b"1.0", b"false"))
    yield Kind("no-metadata", Rule.NO_METADATA, lambda: wheel({f"{INFO}/METADATA": None}))
    yield Kind("metadata-garbage", Rule.METADATA, lambda: _metadata(b"\xff\xfe"))
    yield Kind("no-metadata-version", Rule.METADATA, lambda: _metadata(b"Name: demo\nVersion: 1.0"))
    yield Kind(
        "metadata-version-3.0",
        Rule.METADATA,
        lambda: _metadata(METADATA.replace(b"2.1", b"3.0")),
    )
    yield Kind("metadata-version-2.99", None, lambda: _metadata(METADATA.replace(b"2.1", b"2.99")))
    yield Kind(
        "metadata-of-another",
        Rule.METADATA_NAME,
        lambda: _metadata(METADATA.replace(b"demo", b"pip")),
    )
    yield Kind(
        "metadata-without-name",
        Rule.METADATA,
        lambda: _metadata(METADATA.replace(b"Name: demo\n", b"")),
    )
    yield Kind(
        "metadata-of-another-version",
        Rule.METADATA_WHEEL_VERSION,
        lambda: _metadata(METADATA.replace(b"1.0", b"1.1")),
    )
    yield Kind(
        "metadata-latin-1", Rule.METADATA, lambda: _metadata(METADATA + b"Author: M\xfcller\n")
    )
    yield Kind(
        "metadata-description-latin-1",
        Rule.METADATA,
        lambda: _metadata(METADATA + b"\nM\xfcller\n"),
    )
    yield Kind(
        "metadata-invalid-requirement",
        Rule.METADATA,
        lambda: _metadata(METADATA + b"Requires-Dist: pytz (>dev)\n"),
    )
    stray = METADATA + b"License: MIT\nPermission is hereby granted\nSummary: x\n"
    yield Kind("metadata-stray-line", None, lambda: _metadata(stray))
    separator = METADATA + "Summary: one\N{LINE SEPARATOR}two\n".encode()
    yield Kind("metadata-line-separator", None, lambda: _metadata(separator))
    yield Kind("folded-header", None, lambda: _metadata(METADATA + b"Description: one\n  two: 3\n"))
    yield Kind("data-of-another", Rule.DATA_NAME, lambda: wheel({"pip-1.data/data/x": b""}))
    yield Kind("file-in-data", Rule.DATA_FILE, lambda: wheel({f"{DATA}/evil": b""}))
    yield Kind("unknown-data-key", Rule.DATA_KEY, lambda: wheel({f"{DATA}/stdlib/os.py": b""}))
    yield Kind("capital-data-key", Rule.DATA_KEY, lambda: wheel({f"{DATA}/Scripts/x": b""}))
    yield Kind(
        "all-data-keys",
        None,
        lambda: wheel(
            {f"{DATA}/{key}/sub/{key}.x": b"" for key in ("purelib", "platlib", "data", "headers")}
        ),
    )
    yield Kind(
        "same-destination", Rule.SAME_DESTINATION, lambda: wheel({f"{DATA}/purelib/demo.py": b"2"})
    )
    yield Kind(
        "same-destination-by-data",
        Rule.SAME_DESTINATION,
        lambda: wheel({f"{DATA}/data/bin/tool": b"", f"{DATA}/scripts/tool": b""}),
    )
    yield Kind(
        "smuggled-dist-info",
        Rule.SMUGGLED_METADATA,
        lambda: wheel({f"{DATA}/purelib/pip-99.dist-info/METADATA": b""}),
    )
    yield Kind(
        "smuggled-egg-info", Rule.SMUGGLED_METADATA, lambda: wheel({"pip.egg-info/PKG-INFO": b""})
    )
    yield Kind(
        "smuggled-by-data",
        Rule.SMUGGLED_METADATA,
        lambda: wheel({f"{DATA}/data/lib/python3.11/site-packages/pip-99.dist-info/METADATA": b""}),
    )
    yield Kind(
        "pyvenv.cfg", Rule.PROTECTED, lambda: wheel({f"{DATA}/data/pyvenv.cfg": b"home = /tmp\n"})
    )
    yield Kind(
        "own-installer-files",
        None,
        lambda: wheel(
            {
                f"{INFO}/INSTALLER": b"evil",
                f"{INFO}/REQUESTED": b"",
                f"{INFO}/direct_url.json": b"{}",
            }
        ),
    )
    yield Kind("sboms", None, lambda: wheel({f"{INFO}/sboms/demo.cdx.json": b"{}"}))


def _wheel_file(version: bytes, pure: bytes = b"true") -> bytes:
    text = b"Wheel-Version: %s\nRoot-Is-Purelib: %s\n" % (version, pure)
    return wheel({f"{INFO}/WHEEL": text})


def _metadata(content: bytes) -> bytes:
    return wheel({f"{INFO}/METADATA": content})
