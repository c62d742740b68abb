"""The schema of `--json`, as docs/json.md describes it: each event with the types of its keys."""

from __future__ import annotations

import json
from types import NoneType
from typing import Any

NUMBER = (int, float)
OPTIONAL_TEXT = (str, NoneType)
EVENTS: dict[str, dict[str, Any]] = {
    "start": {"schema": str, "version": int, "program": str},
    "target": {"environment": str, "python": OPTIONAL_TEXT, "new": bool},
    "phase": {"name": str, "state": str},
    "bytes": {"name": str, "done": int, "total": (int, NoneType)},
    "message": {"level": str, "text": str},
    "warning": {"level": str, "text": str, "code": str},
    "verdict": {"status": int, "changed": list, "error": (dict, NoneType)},
}
IF_IT_CAME_SO_FAR = {"environment": str, "created": bool, "dry_run": bool}
ERROR = {"code": OPTIONAL_TEXT, "message": str, "hint": OPTIONAL_TEXT}
CHANGE = {"name": str, "before": OPTIONAL_TEXT, "after": OPTIONAL_TEXT}


def events_of(text: str) -> list[dict[str, Any]]:
    """Return the events of a run, each checked; the last one is the verdict."""
    assert text.isascii()
    assert text.endswith("\n")
    found = [json.loads(line) for line in text.splitlines()]
    for each in found:
        _check(each, {"event": str, "seconds": NUMBER, **EVENTS[each["event"]]})
    names = [each["event"] for each in found]
    assert (names[0], names.count("start")) == ("start", 1)
    assert (names[-1], names.count("verdict")) == ("verdict", 1)
    assert (found[0]["schema"], found[0]["version"]) == ("get-installer-events", 1)
    assert all(each["state"] in {"begin", "end", "failed"} for each in found if "state" in each)
    verdict = found[-1]
    for change in verdict["changed"]:
        _check(change, CHANGE)
    if verdict["error"] is not None:
        _check(verdict["error"], ERROR)
    return found


def _check(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() - expected.keys() <= IF_IT_CAME_SO_FAR.keys(), found
    for key, kind in {**expected, **IF_IT_CAME_SO_FAR}.items():
        if key in expected or key in found:
            assert isinstance(found[key], kind), (key, found)
