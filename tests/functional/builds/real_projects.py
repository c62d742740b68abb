"""Real projects of the real index, and small ones that need its backends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

REAL_PROJECTS = {
    "setuptools": ("six==1.16.0", "import six"),
    "hatchling": ("iniconfig==2.0.0", "import iniconfig"),
    "flit-core": ("tomli==2.0.1", "import tomli; tomli.loads('a = 1')"),
    "poetry-core": ("tomlkit==0.12.5", "import tomlkit; tomlkit.parse('a = 1')"),
    "pdm-backend": ("findpython==0.2.0", "import findpython"),
    "meson": ("meson-python==0.17.1", "import mesonpy"),
    "a C extension": ("markupsafe==2.1.5", "import markupsafe._speedups"),
}
"""Each backend with a small project that uses it: the last versions for Python 3.7 and newer."""

_PROJECT = '[project]\nname = "{0}"\nversion = "1.5"\ndescription = "A demonstration"\n'
_SYSTEM = '[build-system]\nrequires = ["{1}"]\nbuild-backend = "{2}"\n'
_BACKENDS = {
    "setuptools": ("setuptools>=64", "setuptools.build_meta"),
    "hatchling": ("hatchling", "hatchling.build"),
    "flit": ("flit_core>=3.4", "flit_core.buildapi"),
    "poetry": ("poetry-core>=1.1", "poetry.core.masonry.api"),
    "pdm": ("pdm-backend", "pdm.backend"),
}
_POETRY = '[tool.poetry]\nname = "{0}"\nversion = "1.5"\ndescription = "A demo"\nauthors = []\n'
_LEGACY = 'from setuptools import setup\nsetup(name="{0}", version="1.5", py_modules=["{0}"])\n'
EDITABLE = (*(f"by_{name}" for name in _BACKENDS), "by_setup_py")
"""Projects of one module, of each backend that makes editable wheels of pure Python."""


def write_files(directory: Path, files: Mapping[str, str]) -> Path:
    """Write a source tree."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return directory


def write_editable(directory: Path, name: str) -> Path:
    """Write one of `EDITABLE`."""
    files = {"by_setup_py": {"setup.py": _LEGACY.format(name)}}
    for backend, (requires, module) in _BACKENDS.items():
        # poetry-core reads [project] only since a version that old Pythons do not get.
        head = (_POETRY if backend == "poetry" else _PROJECT).format(name)
        files[f"by_{backend}"] = {"pyproject.toml": head + _SYSTEM.format(name, requires, module)}
    return write_files(directory, {f"{name}.py": '"""A demo."""\nVALUE = 7\n', **files[name]})


def write_meson_project(directory: Path) -> Path:
    """Write a C extension, `fast`, that meson builds."""
    return write_files(
        directory,
        {
            "pyproject.toml": '[project]\nname = "fast"\nversion = "1.0"\n'
            '[build-system]\nrequires = ["meson-python", "ninja"]\nbuild-backend = "mesonpy"\n',
            "meson.build": "project('fast', 'c', version: '1.0')\n"
            "python = import('python').find_installation(pure: false)\n"
            "python.extension_module('fast', 'fast.c', install: true)\n",
            "fast.c": "#include <Python.h>\n"
            'static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", "", -1, NULL};\n'
            "PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }\n",
        },
    )
