"""Kills upgrades and downgrades of pip at many instants, and counts what survives.

    python -m tests.reliability.kills --count 1000 [--where DIR] [--program dist/get-installer.pyz]

A tenth of the kills is spread evenly over all calls that touch the target, three tenths over those
of the commit alone (from the journal to its removal), the rest is at random times. Every kill is
followed, with no repair by hand, by `python -m pip --version`, and by a second run, after which the
environment must equal a fresh installation, byte for byte. Exits with 1 if any did not. A run that
came to its end before its kill does not count.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.reliability.survival import PipVenv, Verdict

Kill = tuple[str, Callable[[], Verdict]]


def main() -> int:
    """Kill, and tell."""
    options = _options()
    options.where.mkdir(parents=True, exist_ok=True)
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=options.where) as directory:
        for name, old, new in (("up", *options.wheels), ("down", *reversed(options.wheels))):
            pip_venv = PipVenv(Path(directory, name), options.program, options.python, old, new)
            dice = random.Random(options.seed)  # no secret
            for what, kill in _kills(pip_venv, options.count // 2, dice):
                while not _count(f"{name}grade, {what}", kill(), tally):
                    pass
    print(f"seed {options.seed}:", ", ".join(f"{n} {what}" for what, n in sorted(tally.items())))
    return 1 if tally["FAILED"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--where", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--program", default="dist/get-installer.pyz")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("wheels", type=Path, nargs=2, help="two pip wheels, the older one first")
    return parser.parse_args()


def _kills(pip_venv: PipVenv, count: int, dice: random.Random) -> Iterator[Kill]:
    calls = pip_venv.calls()
    journal = [number for number, call in enumerate(calls, 1) if "/journal" in call]
    commit = range(journal[0], journal[-1] + 2)
    for number in _spread(range(1, len(calls) + 1), count // 10):
        yield f"call {number}", partial(pip_venv.kill_at_call, number)
    for number in _spread(commit, count * 3 // 10):
        yield f"commit's call {number}", partial(pip_venv.kill_at_call, number)
    longest = min(pip_venv.duration() for _ in range(3))
    for _ in range(count - count // 10 - count * 3 // 10):
        yield "some time", partial(_kill_at_random, pip_venv, dice, longest)


def _kill_at_random(pip_venv: PipVenv, dice: random.Random, longest: float) -> Verdict:
    return pip_venv.kill_after(dice.uniform(0, longest))


def _spread(numbers: range, count: int) -> Iterator[int]:
    """Yield so many of the numbers, evenly; all of them again and again where there are fewer."""
    for index in range(count):
        at = index * len(numbers) // count if count < len(numbers) else index % len(numbers)
        yield numbers[at]


def _count(what: str, verdict: Verdict, tally: Counter[str]) -> bool:
    """Count a verdict; return whether it was about a kill at all."""
    tally["killed" if verdict.killed else "came to its end"] += 1
    if not verdict.survived:
        tally["FAILED"] += 1
        print(f"{what}: pip says {verdict.usable!r}; {verdict.complaint}", flush=True)
    if tally["killed"] % 100 == 0:
        print(dict(tally), flush=True)
    return verdict.killed


if __name__ == "__main__":
    sys.exit(main())
