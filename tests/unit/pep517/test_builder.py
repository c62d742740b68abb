from __future__ import annotations

import json
import os
import sys
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.environment.model import TargetEnvironment
from bootstrap.pep517.hook_errors import (
    BackendMissingError,
    HookError,
    HookFailedError,
    HookMissingError,
    HookResultError,
    reason_in,
)
from bootstrap.pep517.isolation import UnsupportedBuildPythonError
from bootstrap.pep517.project import BuiltWheelError, MetadataMismatchError
from bootstrap.pep517.source import (
    BuildChain,
    BuildCycleError,
    BuildRequest,
    SdistFile,
    SourceTree,
    VcsCheckout,
    config_settings,
)
from tests.unit.environment.pythons import ALL, name_of, target_of
from tests.unit.pep517.conftest import Bench
from tests.unit.pep517.workbench import (
    EDITABLE,
    PREPARE,
    LocalSdists,
    pack_sdist,
    request_for,
    write_project,
)

Benches = Callable[..., Bench]
UNUSABLE = "raise SystemExit('this backend must not be called')"


def built(tree: Path) -> list[str]:
    """Return what a tree's backend was called to build."""
    trace = tree / "built"
    return trace.read_text(encoding="utf-8").split() if trace.exists() else []


class TestMetadata:
    def test_of_an_sdist_is_read_without_building_if_it_is_static(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        tree = write_project(tmp_path / "tree", UNUSABLE, requires=["missing"])
        (tree / "PKG-INFO").write_text(
            "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: other>=2\n\nText\n",
            encoding="utf-8",
        )
        found = bench().builder.metadata(request_for(pack_sdist(tree, tmp_path)))
        assert (found.name, found.version) == ("demo", Version("1.0"))
        assert [str(each) for each in found.requires] == ["other>=2"]

    @pytest.mark.parametrize("editable", [False, True])
    def test_of_a_directory_is_read_without_building_if_it_is_static(
        self, tmp_path: Path, bench: Benches, editable: bool
    ) -> None:
        head = '[project]\nname = "Demo"\nversion = "1.0"\ndependencies = ["other"]'
        tree = write_project(tmp_path / "tree", UNUSABLE, head=head)
        found = bench().builder.metadata(BuildRequest(SourceTree(tree, editable)))
        assert (found.name, [str(each) for each in found.requires]) == ("demo", ["other"])

    def test_is_requested_from_the_backend_once(self, tmp_path: Path, bench: Benches) -> None:
        tree = write_project(tmp_path / "tree", PREPARE)
        builder = bench().builder
        request = BuildRequest(SourceTree(tree))
        assert builder.metadata(request) == builder.metadata(request)
        assert built(tree) == ["metadata"]
        builder.wheel(request)
        assert built(tree) == ["metadata", "wheel"]

    def test_comes_from_a_wheel_built_once_if_there_is_no_hook(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        tree = write_project(tmp_path / "tree")
        builder = bench().builder
        assert builder.metadata(BuildRequest(SourceTree(tree))).version == Version("1.0")
        builder.wheel(BuildRequest(SourceTree(tree)))
        assert built(tree) == ["wheel"]

    @pytest.mark.parametrize(
        ("name", "version", "expected"),
        [
            ("other", None, "expected other, found demo"),
            (None, "2.0", "expected version 2.0, found 1.0"),
        ],
    )
    @pytest.mark.parametrize("method", ["metadata", "wheel"])
    def test_of_another_project_or_version_is_refused(
        self,
        tmp_path: Path,
        bench: Benches,
        name: str | None,
        version: str | None,
        expected: str,
        method: str,
    ) -> None:
        request = BuildRequest(
            SourceTree(write_project(tmp_path / "tree")),
            canonicalize_name(name) if name else None,
            Version(version) if version else None,
        )
        with pytest.raises(MetadataMismatchError, match=expected):
            getattr(bench().builder, method)(request)

    @pytest.mark.parametrize(
        ("hook", "expected"),
        [
            ("return 'demo-1.0'", "instead of the name of a .dist-info"),
            ("return '../demo-1.0.dist-info'", "instead of the name of a .dist-info"),
            ("return 'demo-1.0.dist-info'", "wrote no METADATA in demo-1.0.dist-info"),
            (
                "os.symlink('/etc', metadata_directory + '/x.dist-info'); return 'x.dist-info'",
                "wrote no METADATA in x.dist-info",
            ),
        ],
    )
    def test_in_another_place_is_refused(
        self, tmp_path: Path, bench: Benches, hook: str, expected: str
    ) -> None:
        extra = f"def prepare_metadata_for_build_wheel(metadata_directory, c=None):\n    {hook}\n"
        tree = write_project(tmp_path / "tree", extra)
        with pytest.raises(HookResultError, match=expected):
            bench().builder.metadata(BuildRequest(SourceTree(tree)))


class TestWheel:
    def test_of_an_sdist_is_built_and_hashed(self, tmp_path: Path, bench: Benches) -> None:
        sdist = pack_sdist(write_project(tmp_path / "tree"), tmp_path)
        bench_ = bench()
        wheel = bench_.builder.wheel(request_for(sdist))
        assert wheel.filename == "demo-1.0-py3-none-any.whl"
        with wheel.open() as stream, zipfile.ZipFile(stream) as archive:
            assert archive.read("demo.py") == b"VERSION = '1.0'\n"
        assert bench_.out.getvalue() == "Building wheel for demo-1.0.tar.gz\n"

    def test_of_a_subdirectory_is_built_from_there(self, tmp_path: Path, bench: Benches) -> None:
        write_project(tmp_path / "checkout/python/demo")
        source = VcsCheckout(tmp_path / "checkout", "https://h/x", "0" * 40, None, "python/demo")
        assert bench().builder.wheel(BuildRequest(source)).filename.startswith("demo-1.0")

    @pytest.mark.parametrize("subdirectory", ["none", "../..", "/etc"])
    def test_of_a_missing_subdirectory_is_refused(
        self, tmp_path: Path, bench: Benches, subdirectory: str
    ) -> None:
        write_project(tmp_path / "checkout")
        source = VcsCheckout(tmp_path / "checkout", "https://h/x", "0" * 40, None, subdirectory)
        with pytest.raises(Exception, match="it has no subdirectory"):
            bench().builder.wheel(BuildRequest(source))

    def test_is_built_with_the_config_settings(self, tmp_path: Path, bench: Benches) -> None:
        extra = (
            "import json\ndef build_wheel(wheel_directory, config_settings=None, m=None):\n"
            "    return write_wheel(wheel_directory, files={'c': json.dumps(config_settings)})\n"
        )
        tree = write_project(tmp_path / "tree", extra)
        settings = config_settings({"b": ("1", "2"), "a": "x"})
        wheel = bench().builder.wheel(BuildRequest(SourceTree(tree), config_settings=settings))
        with wheel.open() as stream, zipfile.ZipFile(stream) as archive:
            assert json.loads(archive.read("c")) == {"a": "x", "b": ["1", "2"]}

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("return os.path.join('..', 'evil.whl')", "instead of the name of a .whl"),
            ("return os.path.abspath('evil.whl')", "instead of the name of a .whl"),
            ("return ['a.whl']", "instead of the name of a .whl"),
            ("return None", "returned None"),
            ("return 'demo-1.0.zip'", "instead of the name of a .whl"),
            ("return 'demo-1.0-py3-none-any.whl'", "but wrote no such file"),
            ("os.symlink('/etc/passwd', d + '/x-1.whl'); return 'x-1.whl'", "wrote no such file"),
            ("os._exit(0)", "finished without a result"),
            *[
                (
                    f"open(sys.argv[2] + '/output.json', 'w').write({answer!r}); os._exit(0)",
                    "finished without a result|returned None",
                )
                for answer in ("", "[]", "{}", "null", '{"return_val": null}', '{"warnings": [1]}')
            ],
        ],
    )
    def test_in_another_place_is_refused(
        self, tmp_path: Path, bench: Benches, code: str, expected: str
    ) -> None:
        tree = write_project(
            tmp_path / "tree", f"def build_wheel(d, c=None, m=None):\n    {code}\n"
        )
        with pytest.raises(HookResultError, match=expected):
            bench().builder.wheel(BuildRequest(SourceTree(tree)))

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (
                "return write_wheel(d, 'demo-2.0-py3-none-any.whl')",
                "the metadata of demo 1.0",
            ),
            ("return write_wheel(d, 'other-1.0-py3-none-any.whl')", "the metadata of demo 1.0"),
            ("return write_wheel(d, 'demo.whl')", "it is not named as a wheel"),
            ("return write_wheel(d, 'demo-1.0-cp31-cp31-win32.whl')", "it is for cp31-cp31-win32"),
            (
                "return write_wheel(d, files={'x.dist-info/METADATA': ''})",
                "it has more than one .dist-info directory",
            ),
            (
                "return write_wheel(d, files={'../evil': ''})",
                r"has the part '\.' or '\.\.' \(\.\./evil\)",
            ),
            (
                "return write_wheel(d, files={'/evil': ''})",
                r"is an absolute path \(/evil\)",
            ),
            (
                "open(d + '/demo-1.0-py3-none-any.whl', 'w'); return 'demo-1.0-py3-none-any.whl'",
                "it is not a zip archive",
            ),
        ],
    )
    def test_that_does_not_match_the_request_is_refused(
        self, tmp_path: Path, bench: Benches, code: str, expected: str
    ) -> None:
        tree = write_project(
            tmp_path / "tree", f"def build_wheel(d, c=None, m=None):\n    {code}\n"
        )
        with pytest.raises(BuiltWheelError, match=expected):
            bench().builder.wheel(BuildRequest(SourceTree(tree)))

    def test_of_another_version_than_the_metadata_is_refused(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        head = '[project]\nname = "demo"\nversion = "2.0"'
        request = BuildRequest(SourceTree(write_project(tmp_path / "tree", head=head)))
        builder = bench().builder
        builder.metadata(request)
        with pytest.raises(BuiltWheelError, match=r"it is not the announced demo 2\.0"):
            builder.wheel(request)


TRACEBACK = "Traceback (most recent call last):"


class TestFailure:
    def test_names_the_hook_its_output_and_the_next_step(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        extra = (
            "def build_wheel(d, c=None, m=None):\n    print('no compiler here')\n    sys.exit(3)\n"
        )
        tree = write_project(tmp_path / "tree", extra)
        bench_ = bench()
        with pytest.raises(HookFailedError) as caught:
            bench_.builder.wheel(BuildRequest(SourceTree(tree)))
        text = str(caught.value)
        assert text.splitlines() == [
            f"Building {tree} failed: no compiler here",
            "  Its hook build_wheel exited with status 3.",
        ]
        assert "--only-binary" in str(caught.value.hint)
        assert "no compiler here" not in bench_.out.getvalue()

    def test_shows_the_last_lines_and_how_to_see_all(self, tmp_path: Path, bench: Benches) -> None:
        extra = (
            "def build_wheel(d, c=None, m=None):\n"
            "    for n in range(200_000): print(n, 'x' * 40)\n    raise ValueError('the end')\n"
        )
        tree = write_project(tmp_path / "tree", extra)
        with pytest.raises(HookFailedError) as caught:
            bench().builder.wheel(BuildRequest(SourceTree(tree)))
        lines = str(caught.value).splitlines()
        assert lines[0] == f"Building {tree} failed: ValueError: the end"
        assert lines[-1] == "    ValueError: the end"
        assert len(lines) < 25
        assert "-v shows all" in str(caught.value.hint)

    @pytest.mark.parametrize(
        ("output", "reason"),
        [
            ("", None),
            ("\n  \n", None),
            ("compiling\nerror: command 'cc' failed\n", "error: command 'cc' failed"),
            (f"{TRACEBACK}\n  File\nOSError: gone\n  see there", "OSError: gone"),
            (f"{TRACEBACK}\nKeyError: 1\n\nDuring...\n\n{TRACEBACK}\nOSError: a\nb", "OSError: a"),
            (f"{TRACEBACK}\n  cut off", "cut off"),
        ],
    )
    def test_names_the_line_that_says_why(self, output: str, reason: str | None) -> None:
        assert reason_in(output.splitlines()) == reason

    def test_shows_the_frames_of_the_backend_only(self, tmp_path: Path, bench: Benches) -> None:
        extra = "def build_wheel(d, c=None, m=None):\n    print('checking')\n    1 / 0\n"
        tree = write_project(tmp_path / "tree", extra)
        with pytest.raises(HookFailedError) as caught:
            bench().builder.wheel(BuildRequest(SourceTree(tree)))
        lines = str(caught.value).splitlines()
        assert lines[2:5] == ["  The last lines of its output:", "    checking", f"    {TRACEBACK}"]
        (frame,) = (line for line in lines if "  File " in line)
        assert str(tree) in frame
        assert lines[-1] == "    ZeroDivisionError: division by zero"

    def test_does_not_repeat_what_was_shown(self, tmp_path: Path, bench: Benches) -> None:
        extra = "def build_wheel(d, c=None, m=None):\n    print('checking')\n    1 / 0\n"
        tree = write_project(tmp_path / "tree", extra)
        bench_ = bench(verbosity=1)
        with pytest.raises(HookFailedError) as caught:
            bench_.builder.wheel(BuildRequest(SourceTree(tree)))
        assert str(caught.value).splitlines() == [
            f"Building {tree} failed: ZeroDivisionError: division by zero",
            "  Its hook build_wheel exited with status 1.",
        ]
        assert bench_.out.getvalue().count("ZeroDivisionError") == 1

    def test_to_finish_in_time_is_reported(self, tmp_path: Path, bench: Benches) -> None:
        extra = "def build_wheel(d, c=None, m=None):\n    import time; time.sleep(600)\n"
        tree = write_project(tmp_path / "tree", extra)
        with pytest.raises(
            HookFailedError, match="did not finish within 1 seconds and was stopped"
        ):
            bench(timeout=1.0).builder.wheel(BuildRequest(SourceTree(tree)))

    def test_by_a_signal_names_the_signal(self, tmp_path: Path, bench: Benches) -> None:
        extra = "def build_wheel(d, c=None, m=None):\n    os.kill(os.getpid(), 9)\n"
        tree = write_project(tmp_path / "tree", extra)
        with pytest.raises(HookFailedError, match="was killed by signal 9"):
            bench().builder.wheel(BuildRequest(SourceTree(tree)))

    @pytest.mark.parametrize(
        ("isolated", "hint"),
        [(True, "does not install it"), (False, "the target itself must have")],
    )
    def test_to_import_the_backend_hints_where_to_install_it(
        self, tmp_path: Path, bench: Benches, isolated: bool, hint: str
    ) -> None:
        tree = tmp_path / "tree"
        tree.mkdir()
        (tree / "pyproject.toml").write_text(
            '[build-system]\nrequires = []\nbuild-backend = "not_there.api"\n', encoding="utf-8"
        )
        with pytest.raises(BackendMissingError) as caught:
            bench(isolated=isolated).builder.wheel(BuildRequest(SourceTree(tree)))
        assert "backend not_there.api cannot be imported" in str(caught.value)
        assert "No module named 'not_there'" in str(caught.value)
        assert hint in str(caught.value.hint)

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ("'a'", "'a' instead of a list of strings"),
            ("[1]", "instead of a list of strings"),
            ("['a b']", "are not all requirements"),
        ],
    )
    def test_to_return_requirements_is_reported(
        self, tmp_path: Path, bench: Benches, answer: str, expected: str
    ) -> None:
        extra = f"def get_requires_for_build_wheel(c=None):\n    return {answer}\n"
        tree = write_project(tmp_path / "tree", extra)
        with pytest.raises(HookResultError, match=expected):
            bench().builder.wheel(BuildRequest(SourceTree(tree)))

    def test_to_start_the_interpreter_is_reported(
        self, tmp_path: Path, bench: Benches, target: TargetEnvironment
    ) -> None:
        missing = replace(target, executable=tmp_path / "missing")
        tree = write_project(tmp_path / "tree")
        with pytest.raises(HookError, match="could not be started"):
            bench(on=missing, isolated=False).builder.wheel(BuildRequest(SourceTree(tree)))

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"version_info": (3, 6, 15)}, "it is 3.6; expected 3.7 or newer"),
            ({"runnable": False}, "it cannot be run here"),
        ],
    )
    def test_of_a_python_that_cannot_build_is_reported_first(
        self,
        tmp_path: Path,
        bench: Benches,
        target: TargetEnvironment,
        change: dict[str, object],
        expected: str,
    ) -> None:
        tree = write_project(tmp_path / "tree")
        unsuited = replace(target, **change)  # type: ignore[arg-type]  # parametrised
        with pytest.raises(UnsupportedBuildPythonError, match=expected):
            bench(on=unsuited).builder.wheel(BuildRequest(SourceTree(tree)))


class TestOutput:
    EXTRA = (
        "import warnings\ndef build_wheel(d, c=None, m=None):\n    print('compiling')\n"
        "    warnings.warn('old setting')\n    return write_wheel(d)\n"
    )

    def test_is_shown_under_v_with_the_backend_s_warnings(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        bench_ = bench(verbosity=1)
        bench_.builder.wheel(BuildRequest(SourceTree(write_project(tmp_path / "tree", self.EXTRA))))
        lines = bench_.out.getvalue().splitlines()
        assert lines.index(f"Building {tmp_path / 'tree'}: build_wheel") < lines.index(
            "  compiling"
        )
        assert "  old setting" in lines

    def test_is_silent_otherwise(self, tmp_path: Path, bench: Benches) -> None:
        bench_ = bench()
        bench_.builder.wheel(BuildRequest(SourceTree(write_project(tmp_path / "tree", self.EXTRA))))
        assert bench_.out.getvalue() == f"Building wheel for {tmp_path / 'tree'}\n"
        assert bench_.err.getvalue() == ""

    def test_warns_about_unknown_keys(self, tmp_path: Path, bench: Benches) -> None:
        tree = write_project(tmp_path / "tree")
        with (tree / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write("build_backend = 'x'\n")
        bench_ = bench()
        bench_.builder.wheel(BuildRequest(SourceTree(tree)))
        assert "unknown keys in [build-system]: build_backend" in bench_.err.getvalue()


class TestEditable:
    def test_is_built_by_its_own_hook(self, tmp_path: Path, bench: Benches) -> None:
        tree = write_project(tmp_path / "tree", EDITABLE)
        wheel = bench().builder.wheel(BuildRequest(SourceTree(tree, editable=True)))
        with wheel.open() as stream, zipfile.ZipFile(stream) as archive:
            assert archive.read("demo.pth").decode() == f"{tree}\n"
        assert built(tree) == ["editable"]

    @pytest.mark.parametrize("method", ["metadata", "wheel"])
    def test_without_the_hook_is_refused_with_a_hint(
        self, tmp_path: Path, bench: Benches, method: str
    ) -> None:
        tree = write_project(tmp_path / "tree")
        with pytest.raises(HookMissingError) as caught:
            getattr(bench().builder, method)(BuildRequest(SourceTree(tree, editable=True)))
        assert "its hook build_editable is missing in its backend backend" in str(caught.value)
        assert "setuptools>=64" in str(caught.value.hint)


class TestBuildRequirements:
    def test_are_installed_static_ones_first_then_those_of_the_hook(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        tool = pack_sdist(
            write_project(tmp_path / "tool", name="tool"), tmp_path, "tool-1.0.tar.gz"
        )
        more = pack_sdist(
            write_project(tmp_path / "more", name="more"), tmp_path, "more-1.0.tar.gz"
        )
        extra = (
            "import tool\ndef get_requires_for_build_wheel(c=None):\n    return ['more']\n"
            "def build_wheel(d, c=None, m=None):\n    import more\n    return write_wheel(d)\n"
        )
        requires = ["tool", "never; python_version < '3'"]
        tree = write_project(tmp_path / "tree", extra, requires=requires)
        bench_ = bench()
        bench_.sdists.sdists.update(tool=tool, more=more)
        bench_.builder.wheel(BuildRequest(SourceTree(tree)))
        assert bench_.sdists.asked == [("tool",), ("more",)]

    def test_in_a_cycle_are_refused_with_the_chain(self, tmp_path: Path, bench: Benches) -> None:
        bench_ = bench()
        for name, needs in [("a", "b"), ("b", "c"), ("c", "a")]:
            tree = write_project(tmp_path / name, name=name, requires=[needs])
            bench_.sdists.sdists[name] = pack_sdist(tree, tmp_path, f"{name}-1.0.tar.gz")
        with pytest.raises(BuildCycleError) as caught:
            bench_.builder.wheel(request_for(bench_.sdists.sdists["a"]))
        chain = "a-1.0.tar.gz needs b-1.0.tar.gz needs c-1.0.tar.gz needs a-1.0.tar.gz"
        assert chain in str(caught.value)

    def test_in_a_cycle_entered_from_two_sides_do_not_wait_for_each_other(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        bench_ = bench()
        for name, needs in [("a", "b"), ("b", "a")]:
            tree = write_project(tmp_path / name, name=name, requires=[needs])
            bench_.sdists.sdists[name] = pack_sdist(tree, tmp_path, f"{name}-1.0.tar.gz")
        caught: list[str] = []

        def build(name: str) -> None:
            try:
                bench_.builder.wheel(request_for(bench_.sdists.sdists[name]))
            except BuildCycleError:
                caught.append(name)

        threads = [threading.Thread(target=build, args=(name,), daemon=True) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(caught) == ["a", "b"]

    def test_sources_are_identified_by_their_bytes_and_subdirectory(self) -> None:
        main = SdistFile(Path("one"), "main.zip", "aa")
        chain = BuildChain().enter(main).enter(SdistFile(Path("two"), "main.zip", "bb"))
        chain = chain.enter(SdistFile(Path("one"), "main.zip", "aa", "plugin"))
        with pytest.raises(BuildCycleError):
            chain.enter(SdistFile(Path("fetched again"), "main.zip", "aa"))


class TestCachedWheels:
    @pytest.fixture
    def build_request(self, tmp_path: Path) -> BuildRequest:
        extra = (
            f"def build_wheel(d, c=None, m=None):\n"
            f"    open({str(tmp_path / 'times')!r}, 'a').write('x')\n    return write_wheel(d)\n"
        )
        return request_for(pack_sdist(write_project(tmp_path / "tree", extra), tmp_path))

    @pytest.fixture
    def times(self, tmp_path: Path) -> Callable[[], int]:
        return lambda: len((tmp_path / "times").read_text(encoding="utf-8"))

    def test_are_used_again_by_the_next_run_also_for_metadata(
        self, tmp_path: Path, bench: Benches, build_request: BuildRequest, times: Callable[[], int]
    ) -> None:
        cache = tmp_path / "cache"
        first = bench(cache_directory=cache).builder.wheel(build_request)
        second = bench(cache_directory=cache).builder
        assert second.wheel(build_request).sha256 == first.sha256
        assert second.metadata(build_request).name == "demo"
        assert times() == 1
        key = json.loads(next(cache.rglob("key.json")).read_text(encoding="utf-8"))
        assert key["source"].startswith("sha256:")

    def test_are_used_again_within_a_run_without_a_cache(
        self, bench: Benches, build_request: BuildRequest, times: Callable[[], int]
    ) -> None:
        builder = bench().builder
        builder.wheel(build_request)
        builder.wheel(replace(build_request, chain=BuildChain((SourceTree(Path("other")),))))
        assert times() == 1

    @pytest.mark.parametrize(
        "change",
        ["config settings", "build constraints", "compiler flags", "another target", "other bytes"],
    )
    def test_are_not_used_if_the_build_would_differ(
        self,
        tmp_path: Path,
        bench: Benches,
        build_request: BuildRequest,
        times: Callable[[], int],
        target: TargetEnvironment,
        change: str,
    ) -> None:
        cache = tmp_path / "cache"
        bench(cache_directory=cache).builder.wheel(build_request)
        environ = {"PATH": "/usr/bin:/bin"}
        constraints, on = LocalSdists(), target
        if change == "config settings":
            build_request = replace(build_request, config_settings=(("a", "b"),))
        elif change == "build constraints":
            constraints = LocalSdists(fingerprint="setuptools<70")
        elif change == "compiler flags":
            environ["CFLAGS"] = "-O3"
        elif change == "another target":
            on = replace(target, tags=target.tags[1:])
        else:
            with (tmp_path / "tree/backend.py").open("a", encoding="utf-8") as file:
                file.write("# changed\n")
            build_request = replace(
                build_request, source=pack_sdist(tmp_path / "tree", tmp_path / "other")
            )
        settings = {"cache_directory": cache, "environ": environ}
        bench(requirements=constraints, on=on, **settings).builder.wheel(build_request)
        assert times() == 2

    def test_that_are_damaged_are_built_again(
        self, tmp_path: Path, bench: Benches, build_request: BuildRequest, times: Callable[[], int]
    ) -> None:
        cache = tmp_path / "cache"
        bench(cache_directory=cache).builder.wheel(build_request)
        next(cache.rglob("*.whl")).write_bytes(b"rotten")
        wheel = bench(cache_directory=cache).builder.wheel(build_request)
        assert times() == 2
        with wheel.open() as stream:
            assert zipfile.is_zipfile(stream)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b'{"filename": "demo-1.0-py3-none-any.whl"',
            b"[]",
            b'{"filename": "demo-1.0-py3-none-any.whl", "sha256": "../x"}',
            b'{"filename": "/etc/passwd", "sha256": 1}',
        ],
    )
    def test_whose_entry_is_damaged_are_built_once_more_and_cached_again(
        self,
        tmp_path: Path,
        bench: Benches,
        build_request: BuildRequest,
        times: Callable[[], int],
        content: bytes,
    ) -> None:
        cache = tmp_path / "cache"
        bench(cache_directory=cache).builder.wheel(build_request)
        next(cache.rglob("wheel.json")).write_bytes(content)
        for _ in range(2):
            bench(cache_directory=cache).builder.wheel(build_request)
        assert times() == 2

    @pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
    @pytest.mark.parametrize("name", ["wheel.json", "*.whl"])
    def test_with_a_dangling_link_in_their_entry_are_built_again(
        self,
        tmp_path: Path,
        bench: Benches,
        build_request: BuildRequest,
        times: Callable[[], int],
        name: str,
    ) -> None:
        cache = tmp_path / "cache"
        bench(cache_directory=cache).builder.wheel(build_request)
        path = next(cache.rglob(name))
        path.unlink()
        path.symlink_to(tmp_path / "nowhere")
        for _ in range(2):
            bench(cache_directory=cache).builder.wheel(build_request)
        assert times() == 2
        assert not (tmp_path / "nowhere").exists()

    def test_stay_as_they_were_verified_when_the_cache_changes(
        self, tmp_path: Path, bench: Benches, build_request: BuildRequest
    ) -> None:
        cache = tmp_path / "cache"
        bench(cache_directory=cache).builder.wheel(build_request)
        wheel = bench(cache_directory=cache).builder.wheel(build_request)
        next(cache.rglob("*.whl")).write_bytes(b"rotten")
        with wheel.open() as stream:
            assert zipfile.is_zipfile(stream)

    @pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners to tell apart")
    @pytest.mark.parametrize("place", [".", "built"])
    def test_are_not_taken_from_a_cache_that_others_can_write_to(
        self,
        tmp_path: Path,
        bench: Benches,
        build_request: BuildRequest,
        times: Callable[[], int],
        place: str,
    ) -> None:
        cache = tmp_path / "cache"
        bench(cache_directory=cache).builder.wheel(build_request)
        (cache / place).chmod(0o777)
        before = sorted(cache.rglob("*"))
        bench(cache_directory=cache).builder.wheel(build_request)
        assert times() == 2
        assert sorted(cache.rglob("*")) == before

    @pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
    )
    def test_of_another_user_are_not_used_with_root_s_rights(
        self, tmp_path: Path, bench: Benches, build_request: BuildRequest, times: Callable[[], int]
    ) -> None:
        cache = tmp_path / "cache"
        bench(cache_directory=cache).builder.wheel(build_request)
        for path in (cache, *cache.rglob("*")):
            os.chown(path, 12345, 12345)
        bench(cache_directory=cache).builder.wheel(build_request)
        assert times() == 2
        assert all(path.stat().st_uid == 12345 for path in cache.rglob("*"))

    def test_are_not_cached_if_the_cache_cannot_be_written(
        self, tmp_path: Path, bench: Benches, build_request: BuildRequest
    ) -> None:
        (tmp_path / "cache").write_text("a file", encoding="utf-8")
        wheel = bench(cache_directory=tmp_path / "cache").builder.wheel(build_request)
        with wheel.open() as stream:
            assert zipfile.is_zipfile(stream)

    def test_are_not_cached_for_directories_branches_or_builds_without_isolation(
        self, tmp_path: Path, bench: Benches
    ) -> None:
        tree, cache = write_project(tmp_path / "tree"), tmp_path / "cache"
        commit = "ab" * 20
        branch = VcsCheckout(tree, "https://h/x", commit, requested="main")
        bench(cache_directory=cache).builder.wheel(BuildRequest(SourceTree(tree)))
        bench(cache_directory=cache).builder.wheel(BuildRequest(branch))
        pinned = BuildRequest(replace(branch, requested=commit))
        bench(cache_directory=cache, isolated=False).builder.wheel(pinned)
        assert not list(cache.rglob("*.whl"))
        bench(cache_directory=cache).builder.wheel(pinned)
        assert len(list(cache.rglob("*.whl"))) == 1


@pytest.mark.parametrize("python", ALL, ids=name_of)
def test_a_build_runs_on_the_target_s_python(tmp_path: Path, bench: Benches, python: Path) -> None:
    tree = write_project(
        tmp_path / "tree", f"{PREPARE}\nrecord('on', '%d.%d' % sys.version_info[:2])"
    )
    target = target_of(python)
    bench_ = bench(on=target)
    if target.version_info < (3, 7):
        with pytest.raises(UnsupportedBuildPythonError):
            bench_.builder.metadata(BuildRequest(SourceTree(tree)))
        return
    assert bench_.builder.metadata(BuildRequest(SourceTree(tree))).name == "demo"
    versions = set((tree / "on").read_text(encoding="utf-8").split())
    assert versions == {".".join(map(str, target.version_info[:2]))}


def test_a_running_build_is_killed_with_its_builder(tmp_path: Path, bench: Benches) -> None:
    running = threading.Event()
    extra = (
        "def build_wheel(d, c=None, m=None):\n    print('up')\n    import time; time.sleep(600)\n"
    )
    tree = write_project(tmp_path / "tree", extra)
    bench_ = bench(verbosity=1)
    write = bench_.out.write

    def write_and_watch(text: str) -> int:
        if "up" in text:
            running.set()
        return write(text)

    bench_.out.write = write_and_watch  # type: ignore[method-assign]  # so that the start of the build is noticed
    errors: list[BaseException] = []

    def build() -> None:
        try:
            bench_.builder.wheel(BuildRequest(SourceTree(tree)))
        except HookFailedError as exc:
            errors.append(exc)

    thread = threading.Thread(target=build)
    with bench_.builder:
        thread.start()
        assert running.wait(60)
    thread.join(60)
    assert "was killed by signal 9" in str(errors[0])
