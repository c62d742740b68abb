"""A table of slips, each with what a person would mean by it, or nothing."""

from __future__ import annotations

import pytest

from bootstrap.config.options.table import OPTIONS
from bootstrap.formats.spelling import count_slips, nearest

PROJECTS = [
    "attrs",
    "beautifulsoup4",
    "black",
    "boto3",
    "build",
    "certifi",
    "click",
    "cryptography",
    "django",
    "flake8",
    "flask",
    "hatch",
    "hypothesis",
    "idna",
    "installer",
    "jinja2",
    "jupyterlab",
    "markupsafe",
    "matplotlib",
    "mypy",
    "numpy",
    "packaging",
    "pandas",
    "pdm",
    "pillow",
    "pip",
    "pipx",
    "poetry",
    "pydantic",
    "pygments",
    "pytest",
    "pytest-cov",
    "pyyaml",
    "requests",
    "rich",
    "ruff",
    "scikit-learn",
    "scipy",
    "setuptools",
    "six",
    "sqlalchemy",
    "tomli",
    "tqdm",
    "typing-extensions",
    "urllib3",
    "uv",
    "virtualenv",
    "wheel",
    "zipp",
]

MEANT = {
    # a letter is missing
    "reqests": "requests",
    "numy": "numpy",
    "djngo": "django",
    "setuptool": "setuptools",
    "virtualnv": "virtualenv",
    "pilow": "pillow",
    "ytest": "pytest",
    # one too many
    "requestss": "requests",
    "pandass": "pandas",
    "flaskk": "flask",
    "sscipy": "scipy",
    "blackk": "black",
    # another one
    "numpi": "numpy",
    "djanga": "django",
    "pydantik": "pydantic",
    "whell": "wheel",
    "poetri": "poetry",
    "matplotlip": "matplotlib",
    # two exchanged
    "reqeusts": "requests",
    "nupmy": "numpy",
    "dajngo": "django",
    "flaks": "flask",
    "ppi": "pip",
    "pytset": "pytest",
    # two slips in a long word
    "cryptograhpyy": "cryptography",
    "beautifullsoop4": "beautifulsoup4",
    "sqlalchmey": "sqlalchemy",
    "jupiterlabs": "jupyterlab",
    "hipothessis": "hypothesis",
    # separators
    "scikitlearn": "scikit-learn",
    "typing_extension": "typing-extensions",
    "pytestcov": "pytest-cov",
    "set-up-tools": "setuptools",
}

NOT_MEANT = (
    *("instal", "update", "tensorflow", "torch", "httpx", "aiohttp", "celery", "fastapi"),
    *("ux", "pi", "sixty", "pypi", "click-plugins", "requests-oauthlib", "my-private-package"),
)

OPTIONS_MEANT = {
    "ofline": "offline",
    "indx-url": "index-url",
    "index_url": "index-url",
    "extra-indexurl": "extra-index-url",
    "requirment": "requirement",
    "requirements": "requirement",
    "find-linsk": "find-links",
    "upgarde": "upgrade",
    "dryrun": "dry-run",
    "targte": "target",
    "verison": "version",
    "trustedhost": "trusted-host",
    "no-dep": "no-deps",
    "pyhton": "python",
    "instaler": "installer",
}


def test_the_table_has_at_least_60_slips() -> None:
    assert len(MEANT) + len(NOT_MEANT) + len(OPTIONS_MEANT) >= 60


@pytest.mark.parametrize(("typed", "meant"), MEANT.items())
def test_the_project_that_a_person_would_mean_is_found(typed: str, meant: str) -> None:
    assert nearest(typed, PROJECTS) == meant


@pytest.mark.parametrize("typed", NOT_MEANT)
def test_nothing_is_suggested_that_nobody_would_mean(typed: str) -> None:
    assert nearest(typed, PROJECTS) is None


@pytest.mark.parametrize(("typed", "meant"), OPTIONS_MEANT.items())
def test_the_option_that_a_person_would_mean_is_found(typed: str, meant: str) -> None:
    words = [name[2:] for option in OPTIONS for name in option.long_names]
    assert nearest(typed, words) == meant


def test_slips_are_counted_as_a_person_counts_them() -> None:
    assert count_slips("doctor", "doctor") == 0
    assert count_slips("dcotor", "doctor") == 1
    assert count_slips("docotr", "doctro") == 2
    assert count_slips("x", "doctor") == 5


def test_a_word_of_any_length_takes_no_time() -> None:
    assert nearest("x" * 1_000_000, PROJECTS) is None
