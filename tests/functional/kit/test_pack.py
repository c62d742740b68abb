"""Packing for a matrix of targets: what is in a kit, and what cannot be."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap._vendor import tomli
from bootstrap.kit.manifest import Manifest
from bootstrap.kit.reader import open_kit
from tests.functional.conftest import LocalIndex, able_pythons
from tests.functional.engine import CHECKOUT, Engine
from tests.functional.kit.conftest import LINUX, PLAIN, Packing, Requests
from tests.servers import make_sdist, make_wheel

MUSL, MAC, WINDOWS = "linux-x86_64-musl1.2", "macos-arm64-11", "windows-amd64"


def targets(*names: str, pythons: tuple[str, ...] = ("3.12",)) -> list[str]:
    options = [word for name in names for word in ("--target", name)]
    return [*options, *(word for version in pythons for word in ("--python", version))]


def wheels_of(kit: Path) -> list[str]:
    with open_kit(kit) as opened:
        return sorted(opened.wheels)


def manifest_of(kit: Path) -> Manifest:
    with open_kit(kit) as opened:
        return opened.manifest


def lock_of(kit: Path) -> dict[str, Any]:
    with open_kit(kit) as opened:
        return tomli.loads(opened.read("pylock.toml", 1 << 20).decode())


def test_markers_tags_and_extras_are_those_of_each_target(index: LocalIndex, pack: Packing) -> None:
    index.add(
        "tool",
        "1.0",
        requires=[
            "on-windows; sys_platform == 'win32'",
            "old; python_version < '3.11'",
            "extra-thing; extra == 'more'",
            "compiled",
        ],
        extras=["more"],
    )
    for name in ("on_windows", "old", "extra_thing", "never"):
        index.add(name, "1.0")
    for tag in (
        "cp310-cp310-manylinux_2_17_x86_64",
        "cp312-cp312-manylinux_2_28_x86_64",
        "cp312-cp312-manylinux_2_34_x86_64",
        "cp310-cp310-win_amd64",
        "cp312-cp312-win_amd64",
        "cp312-cp312-win_arm64",
    ):
        index.add("compiled", "1.0", tag=tag)
    kit = pack("tool[more]", *targets(LINUX, WINDOWS, pythons=("3.10", "3.12")))
    assert wheels_of(kit) == [
        "compiled-1.0-cp310-cp310-manylinux_2_17_x86_64.whl",
        "compiled-1.0-cp310-cp310-win_amd64.whl",
        "compiled-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "compiled-1.0-cp312-cp312-win_amd64.whl",
        "extra_thing-1.0-py3-none-any.whl",
        "old-1.0-py3-none-any.whl",
        "on_windows-1.0-py3-none-any.whl",
        "tool-1.0-py3-none-any.whl",
    ]
    markers = {each["name"]: each.get("marker") for each in lock_of(kit)["packages"]}
    assert markers["on-windows"] == 'sys_platform == "win32"'
    assert markers["old"] == 'python_version == "3.10"'
    assert markers["tool"] is None
    assert manifest_of(kit).installer == "tool[more]"


def test_requires_python_is_judged_for_each_target(index: LocalIndex, pack: Packing) -> None:
    index.add("tool", "1.0")
    path = make_wheel(index.wheels, "tool", "2.0", requires_python=">=3.12")
    index.server.add(path, requires_python=">=3.12")
    kit = pack("tool", *targets(LINUX, pythons=("3.11", "3.12")))
    assert wheels_of(kit) == ["tool-1.0-py3-none-any.whl", "tool-2.0-py3-none-any.whl"]
    versions = {each["version"]: each["marker"] for each in lock_of(kit)["packages"]}
    assert versions == {"1.0": 'python_version == "3.11"', "2.0": 'python_version == "3.12"'}


def test_each_page_metadata_file_and_wheel_is_fetched_once(
    index: LocalIndex, pack: Packing, requests: Requests
) -> None:
    index.add("tool", "1.0", requires=["pure", "compiled"])
    index.add("pure", "1.0")
    for tag in ("manylinux_2_17_x86_64", "win_amd64", "macosx_11_0_arm64"):
        index.add("compiled", "1.0", tag=f"cp312-abi3-{tag}")
    pack("tool", *targets(LINUX, WINDOWS, MAC, pythons=("3.12", "3.13", "3.14")))
    counted = Counter(requests())
    assert set(counted.values()) == {1}, counted
    assert sum(path.endswith(".whl") for path in counted) == 5


def test_all_gaps_are_in_one_message_with_the_nearest_version(
    index: LocalIndex, pack: Packing
) -> None:
    index.add("tool", "1.0", requires=["xattr>=1.3", "other"])
    for tag in ("manylinux_2_17_x86_64", "win_amd64"):
        index.add("xattr", "1.3", tag=f"cp312-cp312-{tag}")
    index.add("xattr", "1.2", tag="cp312-cp312-macosx_11_0_arm64")
    index.add("other", "2.0", tag="cp312-cp312-manylinux_2_17_x86_64")
    message = pack.fails("tool", *targets(LINUX, WINDOWS, MAC))
    assert "No wheel for 2 of 3 targets: " in message
    assert "xattr 1.3 (cp312, macOS ≥ 11 arm64; 1.2 has one)" in message
    assert "other 2.0 (cp312, Windows amd64)" in message
    assert "other 2.0 (cp312, macOS ≥ 11 arm64)" in message
    assert "Leave these targets out, or build wheels and add --find-links DIR." in message


def test_targets_that_a_lock_cannot_tell_apart_get_one_version_with_the_wheels_of_all(
    index: LocalIndex, pack: Packing
) -> None:
    for version, tags in {
        "1.0": ("manylinux_2_17_x86_64", "musllinux_1_2_x86_64"),
        "2.0": ("manylinux_2_17_x86_64",),
    }.items():
        for tag in tags:
            index.add("tool", version, tag=f"cp312-cp312-{tag}")
    kit = pack("tool", *targets(LINUX, MUSL))
    assert wheels_of(kit) == [
        "tool-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "tool-1.0-cp312-cp312-musllinux_1_2_x86_64.whl",
    ]
    (package,) = lock_of(kit)["packages"]
    assert len(package["wheels"]) == 2


def test_targets_with_one_marker_that_need_two_versions_are_refused_by_name(
    index: LocalIndex, pack: Packing
) -> None:
    index.add("tool", "46", tag="cp312-cp312-manylinux_2_17_x86_64")
    index.add("tool", "48", tag="cp312-cp312-musllinux_1_2_x86_64")
    message = pack.fails("tool", *targets("linux-x86_64-glibc2.17", MUSL))
    assert "tool would be 46 for linux-x86_64-glibc2.17, Python 3.12" in message
    assert (
        "48 for linux-x86_64-musl1.2, Python 3.12, and a lock cannot tell these apart." in message
    )
    assert "Pin one version, or pack two kits." in message


def test_a_free_threaded_python_is_a_target_of_its_own(index: LocalIndex, pack: Packing) -> None:
    for abi in ("cp314", "cp314t"):
        index.add("tool", "1.0", tag=f"cp314-{abi}-manylinux_2_17_x86_64")
    index.add("abi", "1.0", tag="cp310-abi3-manylinux_2_17_x86_64")
    index.add("abi", "1.0", tag="cp314-cp314t-manylinux_2_17_x86_64")
    kit = pack("tool", "abi", *targets(LINUX, pythons=("3.14", "3.14t")))
    assert [target.tag for target in manifest_of(kit).targets] == [
        "cp314-cp314-manylinux_2_28_x86_64",
        "cp314-cp314t-manylinux_2_28_x86_64",
    ]
    assert wheels_of(kit) == [
        "abi-1.0-cp310-abi3-manylinux_2_17_x86_64.whl",
        "abi-1.0-cp314-cp314t-manylinux_2_17_x86_64.whl",
        "tool-1.0-cp314-cp314-manylinux_2_17_x86_64.whl",
        "tool-1.0-cp314-cp314t-manylinux_2_17_x86_64.whl",
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--target", "linux-amd64"), "'linux-amd64'; did you mean linux-x86_64-glibc2.28?"),
        (("--target", "windows-x64"), "did you mean windows-amd64?"),
        (("--target", "darwin-arm64"), "did you mean macos-arm64-11?"),
        (("--target", "linux-x68_64-glibc2.28"), "did you mean linux-x86_64-glibc2.28?"),
        (("--python", "3"), "expected a version such as 3.12"),
        (("--python", "newest"), "expected a version such as 3.12"),
    ],
)
def test_a_target_that_is_not_known_is_refused(
    given: tuple[str, ...], message: str, pack: Packing
) -> None:
    assert message in pack.fails("tool", *given, status=2)


def test_an_exact_target_is_described_by_its_build_details(
    index: LocalIndex, pack: Packing, tmp_path: Path
) -> None:
    index.add("tool", "1.0", tag="cp314-cp314-musllinux_1_1_aarch64")
    details = {
        "schema_version": "1.0",
        "base_prefix": "/usr",
        "platform": "linux-aarch64",
        "language": {"version": "3.14"},
        "implementation": {
            "name": "cpython",
            "version": {"major": 3, "minor": 14, "micro": 2, "releaselevel": "final", "serial": 0},
            "_multiarch": "aarch64-linux-musl",
        },
        "abi": {"flags": [], "extension_suffix": ".cpython-314-aarch64-linux-musl.so"},
    }
    path = tmp_path / "build-details.json"
    path.write_text(json.dumps(details))
    kit = pack("tool", "--python", path)
    assert wheels_of(kit) == ["tool-1.0-cp314-cp314-musllinux_1_1_aarch64.whl"]


@pytest.mark.parametrize("kind", ["a directory", "an archive", "a repository", "editable"])
def test_a_source_is_refused_with_what_to_do(kind: str, pack: Packing, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text("[project]\nname = 'x'\nversion = '1'\n")
    named: dict[str, tuple[str | Path, ...]] = {
        "a directory": (source,),
        "an archive": (make_sdist(tmp_path, "x", "1"),),
        "a repository": ("x @ git+https://127.0.0.1:1/x.git",),
        "editable": ("-e", source),
    }
    message = pack.fails(*named[kind], *targets(LINUX))
    assert "is not a wheel. A kit takes wheels; build one first, or use --build." in message


def test_a_source_can_be_built_for_this_machine(
    index: LocalIndex, pack: Packing, tmp_path: Path
) -> None:
    index.add("pure", "1.0")
    source = make_sdist(tmp_path, "x", "1", requires=["pure"])
    kit = pack(source, "--build")
    assert wheels_of(kit) == ["pure-1.0-py3-none-any.whl", "x-1-py3-none-any.whl"]
    assert not manifest_of(kit).is_reproducible
    assert "--build builds for this machine" in pack.fails(
        source, "--build", "--target", LINUX, status=2
    )
    done = pack.engine(kit).succeeds("--venv", tmp_path / "v", "--installer", "none")
    assert "x 1" in done.out


def test_the_same_inputs_give_the_same_bytes(
    index: LocalIndex, pack: Packing, tmp_path: Path
) -> None:
    index.add("tool", "1.0", requires=["pure; sys_platform != 'win32'"])
    index.add("pure", "1.0")
    named = ("--target", LINUX, "--target", WINDOWS, "--python", "3.12", "--python", "3.13")
    turned = ("--python", "3.13", "--python", "3.12", "--target", WINDOWS, "--target", LINUX)
    one = pack("tool", *named, name="one.pyz")
    (tmp_path / "elsewhere").mkdir()
    other = pack(
        *turned,
        "tool",
        name="other.pyz",
        cwd=tmp_path / "elsewhere",
        environ={
            "TZ": "Asia/Tokyo",
            "LC_ALL": "tr_TR.UTF-8",
            "PYTHONHASHSEED": "7",
            "SOURCE_DATE_EPOCH": "1",
        },
    )
    assert one.read_bytes() == other.read_bytes()
    script = 'umask 077; exec "$@"'
    for python in able_pythons():
        again = Engine(("sh", "-c", script, "sh", python, pack.packer.command[1]), PLAIN)
        kit = tmp_path / "again.pyz"
        again.succeeds("pack", "tool", *turned, *index.options, "-o", kit, cwd=tmp_path)
        assert kit.read_bytes() == one.read_bytes(), python


def test_a_cutoff_fixes_the_state_of_the_index(index: LocalIndex, pack: Packing) -> None:
    index.add("tool", "1.0")
    path = make_wheel(index.wheels, "tool", "2.0")
    index.server.add(path, upload_time="2026-02-01T00:00:00Z")
    kit = pack("tool", *targets(LINUX), "--uploaded-prior-to", "2026-01-01T00:00:00Z")
    assert wheels_of(kit) == ["tool-1.0-py3-none-any.whl"]
    assert manifest_of(kit).inputs["uploaded-prior-to"] == "2026-01-01T00:00:00+00:00"


def test_from_an_older_kit_only_what_changed_is_fetched(
    index: LocalIndex, pack: Packing, requests: Requests
) -> None:
    index.add("tool", "1.0", requires=["pure"])
    index.add("pure", "1.0")
    old = pack("tool", *targets(LINUX), name="old.pyz")
    requests()
    index.add("tool", "1.1", requires=["pure"])
    new = pack("tool", *targets(LINUX), "--from", old, name="new.pyz")
    fetched = [path for path in requests() if path.endswith(".whl")]
    assert fetched == ["/files/tool-1.1-py3-none-any.whl"]
    assert wheels_of(new) == ["pure-1.0-py3-none-any.whl", "tool-1.1-py3-none-any.whl"]


def test_from_an_older_kit_nothing_is_asked_for_if_a_cutoff_says_that_nothing_changed(
    index: LocalIndex, pack: Packing, requests: Requests
) -> None:
    index.add("tool", "1.0")
    cutoff = ("--uploaded-prior-to", "2026-01-01T00:00:00Z")
    old = pack("tool", *targets(LINUX), *cutoff, name="old.pyz")
    requests()
    new = pack("tool", *targets(LINUX), *cutoff, "--from", old, name="new.pyz")
    assert requests() == []
    assert new.read_bytes() == old.read_bytes()
    pack("tool", *targets(MAC), *cutoff, "--from", old, name="other.pyz")
    assert requests() != []


def test_a_lock_is_packed_as_it_is(
    index: LocalIndex, pack: Packing, packer: Engine, tmp_path: Path
) -> None:
    index.add("tool", "1.0", requires=["pure"])
    index.add("pure", "1.0")
    lock = tmp_path / "pylock.toml"
    packer.succeeds(
        "tool", "--installer", "none", "--dry-run", "--lock", lock, *index.options,
        "--venv", tmp_path / "v",
    )  # fmt: skip
    index.add("pure", "2.0")
    kit = pack("tool", "--locked", lock)
    assert wheels_of(kit) == ["pure-1.0-py3-none-any.whl", "tool-1.0-py3-none-any.whl"]
    assert manifest_of(kit).installer == "tool"
    assert "expected a file named pylock.toml" in pack.fails("--locked", "x.toml", status=2)


def test_the_engine_in_a_kit_is_the_archive_byte_for_byte_also_when_a_kit_packs(
    index: LocalIndex, pack: Packing, archive: Path, tmp_path: Path
) -> None:
    index.add("tool", "1.0")
    kit = pack("tool")
    assert kit.read_bytes().endswith(archive.read_bytes())
    again = tmp_path / "again.pyz"
    pack.engine(kit).succeeds("pack", "tool", *index.options, "-o", again)
    assert again.read_bytes() == kit.read_bytes()
    with open_kit(kit) as opened:
        engine = opened.footer.engine_sha256
    assert engine == hashlib.sha256(archive.read_bytes()).hexdigest()


def test_a_checkout_does_not_pack(tmp_path: Path, engine_python: str) -> None:
    checkout = Engine.from_checkout(engine_python)
    done = checkout.fails("pack", "tool", "-o", tmp_path / "kit.pyz", status=2)
    assert "Run `pack` with get-installer.pyz." in done.err
    assert str(CHECKOUT) not in done.err


def test_the_bundled_pip_is_packed_without_a_network(packer: Engine, tmp_path: Path) -> None:
    kit = tmp_path / "pip.pyz"
    packer.succeeds("pack", "--offline", "-o", kit)
    (name,) = wheels_of(kit)
    assert name.startswith("pip-")
    assert manifest_of(kit).installer == "pip"


def test_a_dry_run_shows_what_would_be_packed(
    index: LocalIndex, packer: Engine, tmp_path: Path
) -> None:
    index.add("tool", "1.0")
    kit = tmp_path / "kit.pyz"
    done = packer.succeeds("pack", "tool", "--dry-run", "-v", *index.options, "-o", kit)
    assert "Would pack 1 wheel for one target." in done.out
    assert "tool-1.0-py3-none-any.whl" in done.out
    assert not kit.exists()


def test_what_is_in_it_is_described_by_an_sbom(index: LocalIndex, pack: Packing) -> None:
    index.add("tool", "1.0", requires=["pure"], dist_info={"sboms/parts.cdx.json": "{}"})
    index.add("pure", "1.0")
    kit = pack("tool", *targets(LINUX))
    with open_kit(kit) as opened:
        bill = json.loads(opened.read("sbom.cdx.json", 1 << 20))
        digests = {name: member.sha256 for name, member in opened.wheels.items()}
    assert {each["bom-ref"]: each["hashes"][0]["content"] for each in bill["components"]} == digests
    tool = next(each for each in bill["components"] if each["name"] == "tool")
    assert {
        "type": "bom",
        "url": f"wheels/{tool['bom-ref']}/tool-1.0.dist-info/sboms/parts.cdx.json",
    } in (tool["externalReferences"])
    assert {"ref": tool["bom-ref"], "dependsOn": ["pure-1.0-py3-none-any.whl"]} in (
        bill["dependencies"]
    )


def test_provenance_is_carried_beside_the_wheel(index: LocalIndex, pack: Packing) -> None:
    path = make_wheel(index.wheels, "tool", "1.0")
    served = make_wheel(index.wheels, "attestation", "1.0")
    index.server.add(served)
    index.server.add(path, provenance=index.server.file_url(served.name))
    kit = pack("tool", *targets(LINUX))
    with open_kit(kit) as opened:
        name = f"provenance/{path.name}.provenance"
        assert opened.read(name, 1 << 20) == served.read_bytes()
    inspected = json.loads(pack.engine(kit).succeeds("inspect", "--json").out)
    assert inspected["provenance"] == [f"{name} (carried, not verified)"]


def test_a_wheel_with_another_hash_than_the_index_says_is_not_packed(
    index: LocalIndex, pack: Packing
) -> None:
    path = make_wheel(index.wheels, "tool", "1.0")
    index.server.add(path, sha256="0" * 64)
    assert "does not have the expected hash" in pack.fails("tool", *targets(LINUX))


def test_metadata_that_the_wheel_does_not_have_is_noticed_while_packing(
    index: LocalIndex, pack: Packing
) -> None:
    path = make_wheel(index.wheels, "tool", "1.0")
    served = index.server.add(path)
    served.core_metadata = served.core_metadata.replace(
        b"Version: 1.0", b"Version: 1.0\nRequires-Dist: pure"
    )
    index.add("pure", "1.0")
    assert "its METADATA differs" in pack.fails("tool", *targets(LINUX))


def test_without_output_it_asks_for_one(packer: Engine) -> None:
    assert "Name it with -o" in packer.fails("pack", "tool", status=2).err


def test_an_index_without_hashes_is_packed_with_the_hashes_of_what_came(
    index: LocalIndex, pack: Packing
) -> None:
    index.server.features = replace(index.server.features, hashes=False, sizes=False)
    path = index.add("tool", "1.0")
    kit = pack("tool", *targets(LINUX))
    (package,) = lock_of(kit)["packages"]
    (wheel,) = package["wheels"]
    assert wheel["hashes"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert wheel["size"] == path.stat().st_size


def test_unzip_sees_the_engine_alone(index: LocalIndex, pack: Packing, archive: Path) -> None:
    index.add("tool", "1.0")
    kit = pack("tool")
    command = ["python3", "-m", "zipfile", "-l"]
    listed = [
        subprocess.run([*command, path], capture_output=True, text=True, check=True).stdout
        for path in (kit, archive)
    ]
    assert listed[0] == listed[1]
