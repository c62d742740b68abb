"""The jobs A to K as data: who does which work, and which ratio is to be reached."""

from __future__ import annotations

from dataclasses import replace

from tests.benchmarks.indexes import RECORDED
from tests.benchmarks.model import Cache, Contestant, Goal, Outcome, Scenario

OURS, UV = "ours", "uv"
INDEX = "--index-url {index} --cert {ca}"
PIP_ALONE = "--no-setuptools --no-wheel"
"""Without these, older Pythons get more than pip, as from get-pip.py."""
PASS = Contestant("python -c pass", "python", "{python} -c pass", target="none", prints="")


def ours(arguments: str, name: str = OURS, **details: object) -> Contestant:
    """Return the .pyz with arguments."""
    return Contestant(name, OURS, f"{{python}} {{zipapp}} {arguments}", **details)  # type: ignore[arg-type]  # theirs


def uv(arguments: str, name: str = UV, **details: object) -> Contestant:
    """Return uv with arguments; only a variable names the authority that it trusts."""
    command = f"{{uv}} {arguments}"
    return Contestant(name, UV, command, variables={"SSL_CERT_FILE": "{ca}"}, **details)  # type: ignore[arg-type]  # theirs


def pip(arguments: str, name: str = "pip", **details: object) -> Contestant:
    """Return pip from its directory, run by the target's Python: the fastest way to run it."""
    return Contestant(name, "pip", f"{{target_python}} {{pip}} {arguments}", **details)  # type: ignore[arg-type]  # theirs


def tree(requirement: str, cache: Cache = "cold") -> tuple[Contestant, Contestant]:
    """Return us and uv, who install a requirement and all it requires."""
    return (
        ours(
            f"--python {{target_python}} --installer none {INDEX} {requirement}",
            OURS if cache == "cold" else "ours, warm cache",
            cache=cache,
        ),
        uv(
            "pip install --python {target_python} --index-url {index} --link-mode copy "
            + requirement
            if cache == "warm"
            else f"pip install --python {{target_python}} --index-url {{index}} {requirement}",
            UV if cache == "cold" else "uv, warm cache, copying",
            cache=cache,
        ),
    )


def _pip_from_the_index(name: str, latency_ms: int) -> Scenario:
    return Scenario(
        name,
        f"pip from the index, cold cache, {latency_ms} ms",
        Outcome(("pip",)),
        (
            ours(f"{PIP_ALONE} --python {{target_python}} {INDEX}"),
            Contestant(
                "get-pip.py --no-compile",
                "get-pip",
                f"{{target_python}} {{get_pip}} --no-compile {INDEX} pip",
            ),
            uv("pip install --python {target_python} --index-url {index} pip"),
        ),
        RECORDED,
        latency_ms,
    )


def _tree(name: str, requirement: str, at_least: int) -> Scenario:
    return Scenario(
        name,
        f"{requirement} and its tree, 30 ms",
        Outcome((requirement,), at_least),
        (
            *tree(requirement),
            pip(f"install --no-compile {INDEX} {requirement}", "pip --no-compile"),
            *tree(requirement, "warm"),
        ),
        RECORDED,
        30,
    )


def _nothing_to_do(
    name: str, what: str, arguments: tuple[str, str], fill: tuple[str, ...]
) -> Scenario:
    """Return work that is done already; the arguments are ours, and those of pip and uv."""
    mine, theirs = arguments
    contestants = (
        ours(f"--python {{target_python}} {INDEX} {mine}"),
        Contestant("pip", "pip", f"{{target_python}} -m pip install {INDEX} {theirs}"),
        uv(f"pip install --python {{target_python}} --index-url {{index}} {theirs}"),
    )
    return Scenario(
        name,
        f"nothing to do: {what}",
        Outcome(fill, unchanged=True),
        tuple(replace(c, target="filled", cache="warm", compiles=None) for c in contestants),
        RECORDED,
        fill=fill,
    )


def _backtracking(name: str, title: str, outcome: Outcome) -> Scenario:
    wanted = "front link-0"
    return Scenario(
        name,
        title,
        outcome,
        (
            ours(f"--python {{target_python}} --installer none {INDEX} {wanted}"),
            pip(f"install --no-compile {INDEX} {wanted}"),
            uv(f"pip install --python {{target_python}} --index-url {{index}} {wanted}"),
        ),
        name,
    )


SCENARIOS = (
    Scenario(
        "offline",
        "the bundled pip into an empty environment, offline",
        Outcome(("pip",)),
        (
            ours("--offline --python {target_python}"),
            Contestant("ensurepip", "ensurepip", "{target_python} -m ensurepip", compiles=True),
            uv("pip install --offline --no-index -f {wheels} --python {target_python} pip"),
            ours("--offline --compile --python {target_python}", "ours --compile", compiles=True),
            pip(
                "install --no-compile --no-index --find-links {wheels} --ignore-installed pip",
                "pip --no-compile",
            ),
        ),
    ),
    Scenario(
        "new",
        "a new environment with pip, offline",
        Outcome(("pip",)),
        (
            ours("--offline --venv {target}", target="absent"),
            Contestant("venv", "venv", "{python} -m venv {target}", "absent", compiles=True),
            Contestant("virtualenv", "virtualenv", "{virtualenv} --no-download {target}", "absent"),
        ),
    ),
    _pip_from_the_index("online", 0),
    _pip_from_the_index("online-30", 30),
    Scenario(
        "compiling",
        "pip from the index, cold cache, compiling, 0 ms",
        Outcome(("pip",)),
        (
            ours(f"{PIP_ALONE} --compile --python {{target_python}} {INDEX}", compiles=True),
            Contestant(
                "get-pip.py",
                "get-pip",
                f"{{target_python}} {{get_pip}} {INDEX} pip",
                compiles=True,
            ),
            uv(
                "pip install --compile-bytecode --python {target_python} --index-url {index} pip",
                compiles=True,
            ),
        ),
        RECORDED,
    ),
    _tree("poetry", "poetry", 35),
    _tree("jupyterlab", "jupyterlab", 70),
    Scenario(
        "resolving",
        "resolving jupyterlab only, cold cache, 0 ms",
        Outcome(unchanged=True, prints=r"jupyterlab(-|==| )\d"),
        (
            ours(f"--dry-run --python {{target_python}} --installer none {INDEX} jupyterlab"),
            pip(f"install --dry-run {INDEX} jupyterlab"),
            uv("pip install --dry-run --python {target_python} --index-url {index} jupyterlab"),
        ),
        RECORDED,
    ),
    _backtracking("backtracking", "backtracking: a late conflict", Outcome(("front", "link-0"))),
    _backtracking(
        "backtracking-wide",
        "backtracking: a late conflict, many ways to it",
        Outcome(("front", "link-0")),
    ),
    _backtracking(
        "conflict",
        "backtracking: no solution, to be explained",
        Outcome(unchanged=True, prints="(?s)core.*front|front.*core", fails=True),
    ),
    _nothing_to_do("there", "pip is there", ("--installer none pip", "pip"), ("pip",)),
    _nothing_to_do("newest", "the newest pip is there", (PIP_ALONE, "--upgrade pip"), ("pip",)),
    _nothing_to_do(
        "tree-there",
        "poetry and its tree are there",
        ("--installer none poetry", "poetry"),
        ("pip", "poetry"),
    ),
    Scenario(
        "version",
        "`--version`",
        Outcome(prints=r"\d+\.\d"),
        (
            ours("--version", target="none"),
            PASS,
        ),
    ),
    Scenario(
        "help",
        "`--help`",
        Outcome(prints="--index-url"),
        (
            ours("--help", target="none"),
            PASS,
        ),
    ),
)

_TREES = (("D", "poetry"), ("E", "jupyterlab"))

GOALS = (
    Goal("A", "offline", OURS, "ensurepip", 0.08),
    Goal("A", "offline", OURS, UV, 2.2),
    Goal("A", "offline", "ours --compile", "ensurepip"),
    Goal("A", "offline", OURS, "pip --no-compile"),
    Goal("A", "new", OURS, "venv"),
    Goal("A", "new", OURS, "virtualenv"),
    Goal("B", "online", OURS, "get-pip.py --no-compile", 0.25),
    Goal("B", "online", OURS, UV, 2.8),
    Goal("B", "online-30", OURS, "get-pip.py --no-compile", 0.25),
    Goal("B", "online-30", OURS, UV, 2.2),
    Goal("C", "compiling", OURS, "get-pip.py", 0.38),
    Goal("C", "compiling", OURS, UV),
    *(Goal(job, name, OURS, "pip --no-compile", 0.25) for job, name in _TREES),
    *(Goal(job, name, OURS, UV, 2.2) for job, name in _TREES),
    Goal("F", "resolving", OURS, "pip", 0.3),
    Goal("F", "resolving", OURS, UV),
    Goal("G", "backtracking", OURS, "pip", 0.5),
    Goal("G", "backtracking-wide", OURS, "pip", 0.5),
    Goal("G", "conflict", OURS, "pip", 0.5),
    Goal("G", "backtracking", OURS, UV),
    Goal("H", "there", OURS, "pip", 0.2),
    Goal("H", "tree-there", OURS, "pip", 0.2),
    Goal("H", "newest", OURS, "pip"),
    Goal("H", "there", OURS, UV),
    Goal("H", "tree-there", OURS, UV),
    Goal("I", "version", OURS, "python -c pass", 6),
    Goal("I", "help", OURS, "python -c pass", 6),
    *(Goal("J", name, OURS, UV, 1.0, "peak") for _, name in _TREES),
    *(Goal("K", name, "ours, warm cache", OURS, 0.4) for _, name in _TREES),
    *(Goal("K", name, "ours, warm cache", "uv, warm cache, copying", 8) for _, name in _TREES),
)
