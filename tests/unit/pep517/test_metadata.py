from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor import tomli
from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.specifiers import SpecifierSet
from bootstrap._vendor.packaging.version import Version
from bootstrap.metadata.core import MetadataError
from bootstrap.pep517.metadata import read_pkg_info, read_project_table, static_metadata


def table(text: str) -> dict[str, Any]:
    return {"project": tomli.loads(text)}


FULL = table(
    """
    name = "Demo_X"
    version = "1.0.0"
    requires-python = ">=3.8"
    dependencies = ["a>=1", "b @ https://host/b.whl"]
    dynamic = ["description"]
    [optional-dependencies]
    Fancy_One = ["c", "d[x]<2; python_version < '3.9' or os_name == 'nt'"]
    """
)


class TestAProjectTable:
    def test_that_is_complete_is_read(self) -> None:
        found = read_project_table(FULL, "demo")
        assert found is not None
        assert (found.name, found.version) == ("demo-x", Version("1.0.0"))
        assert found.requires_python == SpecifierSet(">=3.8")
        assert found.extras == {"fancy-one"}
        assert list(found.requires) == [
            Requirement("a>=1"),
            Requirement("b @ https://host/b.whl"),
            Requirement('c; extra == "fancy-one"'),
            Requirement(
                'd[x]<2; (python_version < "3.9" or os_name == "nt") and extra == "fancy-one"'
            ),
        ]

    def test_without_dependencies_has_none(self) -> None:
        found = read_project_table(table('name = "demo"\nversion = "1"'), "demo")
        assert found is not None
        assert (found.requires, found.requires_python) == ((), None)

    @pytest.mark.parametrize(
        "text",
        [
            'name = "demo"',
            'name = "demo"\nversion = "1"\ndynamic = ["dependencies"]',
            'name = "demo"\nversion = "1"\ndynamic = ["optional-dependencies"]',
            'name = "demo"\nversion = "1"\ndynamic = ["requires-python"]',
            'name = "demo"\nversion = "1"\ndynamic = ["version"]',
            'name = "demo"\ndynamic = ["version"]',
        ],
    )
    def test_with_a_needed_dynamic_field_is_not_used(self, text: str) -> None:
        assert read_project_table(table(text), "demo") is None

    @pytest.mark.parametrize(
        "text",
        [
            'version = "1"',
            'name = "de mo"\nversion = "1"',
            'name = "demo"\nversion = "one"',
            'name = "demo"\nversion = 1',
            'name = "demo"\nversion = "1"\ndependencies = "a"',
            'name = "demo"\nversion = "1"\ndependencies = ["a b"]',
            'name = "demo"\nversion = "1"\ndependencies = ["a\\nProvides-Extra: x"]',
            'name = "demo"\nversion = "1"\ndependencies = ["a @ {root:uri}/a"]',
            'name = "demo"\nversion = "1"\nrequires-python = "new"',
            'name = "demo"\nversion = "1"\ndynamic = "x"',
            'name = "demo"\nversion = "1"\noptional-dependencies = ["a"]',
            'name = "demo"\nversion = "1"\n[optional-dependencies]\n"a b" = []',
        ],
    )
    def test_that_is_wrong_or_not_final_is_left_to_the_backend(self, text: str) -> None:
        assert read_project_table(table(text), "demo") is None

    def test_that_is_not_a_table_is_left_to_the_backend(self) -> None:
        assert read_project_table({"project": "demo"}, "demo") is None
        assert read_project_table({}, "demo") is None


class TestPkgInfo:
    @pytest.mark.parametrize(
        ("head", "used"),
        [
            ("Metadata-Version: 2.2", True),
            ("Metadata-Version: 2.4\nDynamic: License-File\nDynamic: Summary", True),
            ("Metadata-Version: 2.1", False),
            ("Metadata-Version: 1.0", False),
            ("Metadata-Version: two", False),
            ("Metadata-Version: 2.2\nDynamic: Requires-Dist", False),
            ("Metadata-Version: 2.2\nDynamic: summary\nDynamic: requires-PYTHON", False),
            ("Metadata-Version: 2.2\nDynamic: Provides-Extra", False),
        ],
    )
    def test_binds_from_version_2_2_on_unless_a_needed_field_is_dynamic(
        self, tmp_path: Path, head: str, used: bool
    ) -> None:
        path = tmp_path / "PKG-INFO"
        path.write_text(f"{head}\nName: demo\nVersion: 1.0\n\nDynamic: no header\n", "utf-8")
        assert (read_pkg_info(path, "demo") is not None) is used

    def test_that_is_reliable_but_invalid_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "PKG-INFO"
        path.write_text("Metadata-Version: 2.2\nName: demo\nVersion: x y\n", "utf-8")
        with pytest.raises(MetadataError):
            read_pkg_info(path, "demo")

    def test_that_is_a_link_or_missing_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_text("Metadata-Version: 2.2\nName: demo\nVersion: 1\n", "utf-8")
        (tmp_path / "PKG-INFO").symlink_to("real")
        assert read_pkg_info(tmp_path / "PKG-INFO", "demo") is None
        assert read_pkg_info(tmp_path / "missing", "demo") is None

    def test_of_a_checkout_is_ignored(self, tmp_path: Path) -> None:
        (tmp_path / "PKG-INFO").write_text(
            "Metadata-Version: 2.2\nName: old\nVersion: 0\n", encoding="utf-8"
        )
        document = table('name = "new"\nversion = "1"')
        of_tree = static_metadata(tmp_path, document, "demo", is_sdist=False)
        of_sdist = static_metadata(tmp_path, document, "demo", is_sdist=True)
        assert of_tree is not None
        assert of_sdist is not None
        assert (of_tree.name, of_sdist.name) == ("new", "old")
