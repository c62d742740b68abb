"""The in-memory importer, against archives that `zipfile` writes."""

from __future__ import annotations

import io
import marshal
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootstrap._archive import MemoryArchive, MemoryImporter

HERE = str(Path("/somewhere/get-installer.pyz"))


def zipped(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file after a shebang line, as the build writes it."""
    file = io.BytesIO()
    file.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def importer(**members: bytes) -> MemoryImporter:
    """Make an importer of the modules given by their dotted names, `__` for a dot."""
    names = {name.replace("__", "/") + ".py": content for name, content in members.items()}
    return MemoryImporter(MemoryArchive(zipped({"bootstrap/__init__.py": b"", **names})), HERE)


@given(
    st.dictionaries(st.text("abc/é", min_size=1), st.binary(max_size=2000), max_size=5),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_every_member_is_read_as_it_was_written(members: dict[str, bytes], method: int) -> None:
    archive = MemoryArchive(zipped(members, compression=method))
    assert {name: archive.read(name) for name in members} == members


def test_an_archive_within_an_archive_is_not_mistaken_for_it() -> None:
    inner = zipped({"inner.txt": b"x"})
    archive = MemoryArchive(zipped({"wheel.whl": inner, "z": b"y"}, compression=zipfile.ZIP_STORED))
    assert archive.read("wheel.whl") == inner
    assert "inner.txt" not in archive


def test_a_module_and_a_package_are_found() -> None:
    finder = importer(bootstrap__module=b"value = 1")
    package, module = finder.find_spec("bootstrap"), finder.find_spec("bootstrap.module")
    assert package is not None
    assert module is not None
    assert package.submodule_search_locations == []
    assert module.submodule_search_locations is None
    assert module.origin == str(Path(HERE, "bootstrap/module.py"))


@pytest.mark.parametrize("name", ["json", "bootstrapper", "bootstrap.missing", "bootstrap.a.b"])
def test_nothing_else_is_found(name: str) -> None:
    assert importer().find_spec(name) is None


def test_a_file_is_read_by_its_path() -> None:
    finder = importer(bootstrap__module=b"value = 1")
    assert finder.get_data(str(Path(HERE, "bootstrap/module.py"))) == b"value = 1"
    with pytest.raises(FileNotFoundError):
        finder.get_data(str(Path(HERE, "bootstrap/missing.py")))


def test_the_resources_of_a_package_are_read() -> None:
    reader = importer(bootstrap__module=b"value = 1").get_resource_reader("bootstrap")
    assert reader is not None
    assert reader.files().joinpath("module.py").read_bytes() == b"value = 1"
    assert reader.open_resource("module.py").read() == b"value = 1"
    assert set(reader.contents()) == {"__init__.py", "module.py"}
    assert reader.is_resource("module.py")
    with pytest.raises(FileNotFoundError):
        reader.resource_path("module.py")


def test_a_directory_of_resources_is_walked() -> None:
    reader = importer(bootstrap__a__b=b"x = '\xc3\xa9'").get_resource_reader("bootstrap")
    assert reader is not None
    root = reader.files()
    assert [(each.name, each.is_dir()) for each in root.iterdir()] == [
        ("__init__.py", False),
        ("a", True),
    ]
    file = root / "a" / "b.py"
    assert (file.read_text("utf-8"), file.open("rb").read()) == ("x = 'é'", b"x = '\xc3\xa9'")
    with pytest.raises(FileNotFoundError, match=r"a/c\.py"):
        root.joinpath("a", "c.py").read_bytes()


def test_a_missing_module_raises_an_import_error() -> None:
    with pytest.raises(ImportError, match=r"bootstrap\.missing is not in memory"):
        importer().get_source("bootstrap.missing")


def test_bytecode_is_loaded_in_place_of_the_source() -> None:
    files = MemoryArchive(zipped({"bootstrap/__init__.py": b"", "bootstrap/a.py": b"x = 1"}))
    code = marshal.dumps(compile("x = 2", "a.py", "exec"))
    finder = MemoryImporter(files, HERE, bytecode={"bootstrap.a": code})
    namespace: dict[str, object] = {}
    exec(finder.get_code("bootstrap.a"), namespace)
    assert namespace["x"] == 2
    assert finder.get_code("bootstrap").co_filename == str(Path(HERE, "bootstrap/__init__.py"))
    assert finder.get_source("bootstrap.a") == "x = 1"
