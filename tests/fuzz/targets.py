"""What reads the documents of others: each takes bytes and raises only errors with a message."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path

from bootstrap._vendor.packaging.markers import InvalidMarker
from bootstrap._vendor.packaging.requirements import InvalidRequirement
from bootstrap._vendor.packaging.specifiers import InvalidSpecifier
from bootstrap._vendor.packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
)
from bootstrap._vendor.packaging.version import InvalidVersion, Version
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.requirements.file import Purpose, RequirementFile, read_files
from bootstrap.config.requirements.groups import DependencyGroup
from bootstrap.environment.build_details import read_build_details
from bootstrap.environment.introspection import query_interpreter
from bootstrap.environment.settings import TargetSettings
from bootstrap.formats import specifiers
from bootstrap.formats.filenames import parse_sdist_filename, parse_wheel_filename
from bootstrap.index.candidate import Candidate
from bootstrap.index.evaluator import Evaluator, Rejection, sort_candidates
from bootstrap.index.filename import parse_filename, parse_tags, parse_version
from bootstrap.index.page import ProjectDetails, require_related
from bootstrap.index.settings import FormatControl, IndexSettings
from bootstrap.index.simple import parse_page
from bootstrap.install.model import WheelToInstall
from bootstrap.install.wheel.record import parse_record, parse_record_paths
from bootstrap.install.wheel.scripts import replace_shebang, script_interpreter
from bootstrap.install.wheel.wheel import open_wheel, read_metadata
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.kit.describe import compare, describe, describe_lines
from bootstrap.kit.extract import extract
from bootstrap.kit.opening import KitLocation, select_wheels
from bootstrap.kit.reader import open_kit
from bootstrap.kit.verify import verify
from bootstrap.kit.writer import KitWriter
from bootstrap.location import Location
from bootstrap.lock.read import parse_lock
from bootstrap.lock.resolve import LockContext, resolve_lock
from bootstrap.metadata.core import Metadata, parse_metadata
from bootstrap.metadata.direct_url import read_reference
from bootstrap.metadata.installed import installed_distributions
from bootstrap.network.content_encoding import Coding, decode_file
from bootstrap.network.response import Response
from bootstrap.pep517.metadata import static_metadata
from bootstrap.pep517.pyproject import check_backend_path, parse_build_system, read_pyproject
from bootstrap.pep517.unpack import unpack_sdist
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement, ResolveRequest
from bootstrap.resolve.resolver import is_same_reference, resolve
from bootstrap.resolve.source import UnusableCandidateError
from bootstrap.trust.digests import Sha256
from bootstrap.trust.hashes import VerifiedWheel
from bootstrap.ui import Ui
from tests.unit.kit.kits import an_engine
from tests.unit.lock.targets import Source
from tests.unit.resolve.memory import MemorySource, make_target, user_requirement

DEMO = NormalizedName("demo")
INDEX = "https://index.test/simple/"
ORIGIN = Origin.option("the command line")
_TARGET = make_target()
LOCK_IN_KIT = (
    b'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "demo"\nversion = "1.0"\n'
    b'[[packages.wheels]]\nname = "demo-1.0-py3-none-any.whl"\n'
    b'path = "wheels/demo-1.0-py3-none-any.whl"\n'
    b'hashes = { sha256 = "%s" }\n' % hashlib.sha256(b"wheel").hexdigest().encode()
)


def read_json_page(content: bytes) -> None:
    """A page in JSON, and all files on it."""
    _read_page(content, "application/vnd.pypi.simple.v1+json")


def read_html_page(content: bytes) -> None:
    """A page in HTML, and all files on it."""
    _read_page(content, "text/html; charset=utf-8")


def read_charset(content: bytes) -> None:
    """A page whose content type comes from the server, too."""
    _read_page(content, content[:100].decode("latin-1"))


def _read_page(content: bytes, content_type: str) -> None:
    page = parse_page(DEMO, Response(f"{INDEX}demo/", content_type, content), INDEX)
    evaluator = Evaluator(_TARGET, IndexSettings())
    results = [evaluator.evaluate(entry, DEMO) for entry in page.entries]
    for result in results:
        if isinstance(result, Rejection):
            result.parse()
    sort_candidates([each for each in results if isinstance(each, Candidate)], prefer_binary=False)
    require_related([page, ProjectDetails(DEMO, "https://other.test/", ())])


def read_core_metadata(content: bytes) -> None:
    """METADATA."""
    parse_metadata(content, "demo 1.0", _silent())


class _MetadataSource(MemorySource):
    """An index with one project, whose metadata is given."""

    parsed: Metadata

    def metadata(self, candidate: Candidate) -> Metadata:
        return self.parsed if candidate.name == DEMO else super().metadata(candidate)

    def direct_candidate(self, requirement: InputRequirement) -> Candidate:
        raise UnusableCandidateError(f"{requirement.text} was not found")


def resolve_dependencies(content: bytes) -> None:
    """METADATA whose requirements are evaluated and resolved."""
    source = _MetadataSource({"demo 1.0": [], "other 2.0": [], "third 3.0": []}, _TARGET)
    source.parsed = parse_metadata(content, "demo 1.0")
    request = ResolveRequest((user_requirement("demo[x]"),))
    resolve(request, _TARGET, source, {}, _silent())


def read_requirements_file(content: bytes) -> None:
    """A requirements file of the user, and as if it came from the network."""
    with _directory() as directory:
        file = directory / "requirements.txt"
        file.write_bytes(content)
        process = ProcessContext({"HOME": str(directory)}, directory, directory, "linux", "utf-8")
        local = RequirementFile(Location(str(file), ORIGIN), Purpose.REQUIREMENTS)
        for each in read_files([local], process).of(Purpose.REQUIREMENTS):
            each.is_applicable(_TARGET.markers)


def read_remote_requirements_file(content: bytes) -> None:
    """A requirements file from the network."""
    with _directory() as directory:
        process = ProcessContext({}, directory, directory, "linux", "utf-8")
        file = RequirementFile(Location("https://h.test/r.txt", ORIGIN), Purpose.CONSTRAINTS)
        read_files([file], process, lambda _: content.decode("utf-8", "replace"))


class _NoSource(Source):
    """A source that has nothing."""

    def direct_candidate(self, requirement: InputRequirement) -> Candidate:
        raise UnusableCandidateError(f"{requirement.text} was not found")


def read_lock(content: bytes) -> None:
    """A lock from the network, and all packages that it has for a target."""
    for url in ("https://h.test/pylock.toml", "/nowhere/pylock.toml"):
        lock = parse_lock(content.decode("utf-8", "replace"), Location(url, ORIGIN))
        context = LockContext(_TARGET, _NoSource(), FormatControl())
        resolve_lock([lock], ResolveRequest(()), context, {})


def read_kit(content: bytes) -> None:
    """A kit whose parts agree with each other, with any manifest."""
    with _directory() as directory:
        path = directory / "kit.pyz"
        with path.open("w+b") as stream:
            writer = KitWriter(stream, path)
            writer.add_bytes("pylock.toml", LOCK_IN_KIT)
            writer.add_bytes("wheels/demo-1.0-py3-none-any.whl", b"wheel")
            writer.seal(content, an_engine())
        with open_kit(path) as kit:
            list(describe_lines(describe(kit, datetime.now(timezone.utc))))
            compare(kit, kit)
            KitLocation(kit, _TARGET, None).candidates(DEMO)
            select_wheels(kit, _TARGET, _NoSource())
            extract(kit, directory / "extracted")
            verify(kit)


def read_kit_file(content: bytes) -> None:
    """A file that is said to be a kit."""
    with _directory() as directory:
        path = directory / "kit.pyz"
        path.write_bytes(content)
        with open_kit(path) as kit:
            verify(kit)


def read_wheel(content: bytes) -> None:
    """A wheel."""
    name = "demo-1.0-py3-none-any.whl"
    read_metadata(io.BytesIO(content), name)
    wheel = WheelToInstall(VerifiedWheel(name, Sha256("0" * 64), content))
    with open_wheel(wheel) as opened:
        for member in opened.archive.members.values():
            if not member.is_directory:
                b"".join(opened.archive.chunks(member))


def decode_body(content: bytes) -> None:
    """The body of a response in chunks: gzip if it begins so, else deflate."""
    chunks = [content[at : at + 7] for at in range(0, len(content), 7)]
    coding = Coding.GZIP if content.startswith(b"\x1f") else Coding.DEFLATE
    for _ in decode_file(chunks, coding, "demo-1.0-py3-none-any.whl", "https://x.test/"):
        pass


def read_record(content: bytes) -> None:
    """A RECORD, of a wheel and of what is installed."""
    for parse in (parse_record, parse_record_paths):
        try:
            parse(content)
        except WheelValidationError:  # noqa: PERF203  # both are read
            continue


def read_script(content: bytes) -> None:
    """A script in a wheel."""
    replace_shebang(b"#!python" + content, script_interpreter(_TARGET))


def read_sdist(content: bytes) -> None:
    """A source distribution."""
    for filename in ("demo-1.0.tar.gz", "demo"):
        with _directory() as directory:
            archive = directory / "archive"
            archive.write_bytes(content)
            unpack_sdist(archive, filename, directory / "tree")


def read_source_tree(content: bytes) -> None:
    """A pyproject.toml: its build system, its metadata, its dependency groups."""
    with _directory() as directory:
        (directory / "pyproject.toml").write_bytes(content)
        document = read_pyproject(directory, "demo")
        check_backend_path(directory, parse_build_system(document, "demo"), "demo")
        static_metadata(directory, document, "demo", is_sdist=False)
        process = ProcessContext({}, directory, directory, "linux", "utf-8")
        group = DependencyGroup.parse(Sourced("dev", ORIGIN))
        list(group.requirements(process))


def read_pkg_info(content: bytes) -> None:
    """The PKG-INFO of a source distribution."""
    with _directory() as directory:
        (directory / "PKG-INFO").write_bytes(content)
        static_metadata(directory, None, "demo", is_sdist=True)


def read_environment(content: bytes) -> None:
    """A site-packages directory, each file of which contains the same."""
    with _directory() as directory:
        for name in ("demo-1.0.dist-info", "other.dist-info", "old-1.0.egg-info"):
            (directory / name).mkdir()
            for file in (
                "METADATA",
                "PKG-INFO",
                "direct_url.json",
                "RECORD",
                "INSTALLER",
                "requires.txt",
                "entry_points.txt",
            ):
                (directory / name / file).write_bytes(content)
        (directory / "third.egg-link").write_bytes(content)
        (directory / "fourth-1.0.egg-info").write_bytes(content)
        target = make_target()
        object.__setattr__(target, "search_path", (directory,))
        for distribution in installed_distributions(target, _silent()).values():
            read_reference(distribution.direct_url)


def compare_direct_url(content: bytes) -> None:
    """The direct_url.json of what is installed."""
    with _directory() as directory:
        info = directory / "demo-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_bytes(b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        (info / "direct_url.json").write_bytes(content)
        target = make_target()
        object.__setattr__(target, "search_path", (directory,))
        installed = installed_distributions(target)[DEMO]
        source = MemorySource({"https://h/demo-1.0.tar.gz = demo 1.0": []}, target)
        candidate = source.direct_candidate(user_requirement("demo @ https://h/demo-1.0.tar.gz"))
        is_same_reference(candidate, installed)


def read_build_details_file(content: bytes) -> None:
    """A build-details.json."""
    with _directory() as directory:
        (directory / "build-details.json").write_bytes(content)
        read_build_details(directory / "build-details.json")


def read_probe_output(content: bytes) -> None:
    """What a program prints that is asked what Python it is."""
    with _directory() as directory:
        (directory / "answer").write_bytes(content)
        program = directory / "python"
        program.write_text(f"#!/bin/sh\nexec /bin/cat '{directory}/answer'\n", "utf-8")
        program.chmod(0o755)
        query_interpreter((str(program),), TargetSettings(environment={}))


def read_names(content: bytes) -> None:
    """File names, tags, versions, specifiers, markers and requirements."""
    text = content.decode("utf-8", "replace")
    parse_version(text)
    parse_tags(text)
    for name in (
        text,
        f"demo-{text}.whl",
        f"demo-{text}.tar.gz",
        f"demo-1-{text}-py3-none-any.whl",
    ):
        parse_filename(name, DEMO)
    for parse in (
        parse_wheel_filename,
        parse_sdist_filename,
        specifiers.parse_version,
        specifiers.parse_requirement,
    ):
        _ignore_invalid(lambda parse=parse: parse(text))  # type: ignore[misc]
    _ignore_invalid(
        lambda: specifiers.parse_specifiers(text).contains(Version("3.11"), prereleases=True)
    )
    _ignore_invalid(lambda: specifiers.is_true(specifiers.parse_marker(text), _TARGET.markers))
    requirement = user_requirement("demo")
    object.__setattr__(requirement, "url", text)


def _ignore_invalid(parse: Callable[[], object]) -> None:
    """Call a parser whose callers handle what its library raises for an invalid text."""
    with suppress(
        InvalidMarker,
        InvalidRequirement,
        InvalidSdistFilename,
        InvalidSpecifier,
        InvalidVersion,
        InvalidWheelFilename,
    ):
        parse()


def _silent() -> Ui:
    return Ui(io.StringIO(), io.StringIO())


@contextmanager
def _directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        yield Path(name).resolve()


def as_probe_output(value: object) -> bytes:
    """Return a value as the probe script prints it."""
    return b"<get-installer-probe " + json.dumps(value).encode() + b" get-installer-probe>"
