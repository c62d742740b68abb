"""Prints, line by line, how the real pip parses a command line or a requirements file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from pip._internal.commands import create_command
from pip._internal.index.collector import LinkCollector
from pip._internal.index.package_finder import PackageFinder
from pip._internal.locations import USER_CACHE_DIR
from pip._internal.models.search_scope import SearchScope
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements
from pip._internal.utils import appdirs


def command_line(question: dict[str, Any]) -> dict[str, Any]:
    """Return the options pip ends up with."""
    argv = question["argv"]
    with suppress(SystemExit):
        command = create_command("install", isolated="--isolated" in argv)
        options, arguments = command.parse_args(argv)
        control = options.format_control
        return {
            "arguments": arguments,
            "index": [] if options.no_index else [options.index_url, *options.extra_index_urls],
            "find_links": options.find_links,
            "trusted": options.trusted_hosts,
            "cert": options.cert,
            "retries": options.retries,
            "timeout": options.timeout,
            "cache": "default" if options.cache_dir == USER_CACHE_DIR else options.cache_dir,
            "compile": options.compile,
            "isolation": options.build_isolation,
            "verbosity": options.verbose - options.quiet,
            "pre": options.pre,
            "no_deps": options.ignore_dependencies,
            "user": options.use_user_site,
            "proxy": options.proxy or None,
            "only_binary": sorted(control.only_binary),
            "no_binary": sorted(control.no_binary),
        }
    return {"error": True}


def requirements_file(question: dict[str, Any]) -> dict[str, Any]:
    """Return the requirements pip finds, and the places it would look at."""
    os.chdir(question["cwd"])
    session = PipSession()
    scope = SearchScope.create(
        find_links=[], index_urls=["https://default.example"], no_index=False
    )
    finder = PackageFinder.create(
        link_collector=LinkCollector(session=session, search_scope=scope),
        selection_prefs=SelectionPreferences(allow_yanked=True),
    )
    try:
        found = list(parse_requirements(question["file"], session=session, finder=finder))
    except Exception as error:  # noqa: BLE001  # whatever pip finds wrong is an answer
        return {"error": str(error)}
    return {
        "requirements": [
            [
                each.requirement,
                each.is_editable,
                each.constraint,
                {
                    key: sorted(value)
                    for key, value in (each.options or {}).get("hashes", {}).items()
                },
            ]
            for each in found
        ],
        "index": finder.index_urls,
        "find_links": finder.find_links,
        "pre": _welcomes_prereleases(finder),
        "prefer_binary": finder.prefer_binary,
        "only_binary": sorted(finder.format_control.only_binary),
        "no_binary": sorted(finder.format_control.no_binary),
    }


def local_references(question: dict[str, Any]) -> dict[str, Any]:
    """Return the name, path and extras of the one requirement in a file, as pip installs it."""
    os.chdir(question["cwd"])
    try:
        (line,) = parse_requirements(question["local"], session=PipSession())
        requirement = install_req_from_parsed_requirement(line)
        link = requirement.link
        path = link and os.path.realpath(link.file_path)
    except Exception as error:  # noqa: BLE001  # whatever pip finds wrong is an answer
        return {"error": str(error)}
    name = requirement.req and requirement.req.name
    return {
        "name": name,
        "path": path,
        "extras": sorted(requirement.extras or (requirement.req and requirement.req.extras) or ()),
        "editable": requirement.editable,
    }


def _welcomes_prereleases(finder: Any) -> bool:
    control = getattr(finder, "release_control", None)  # from pip 26 on
    if control is not None:
        return ":all:" in control.all_releases
    return bool(getattr(finder, "allow_all_prereleases", False))


def _machine(question: dict[str, Any], _name: str) -> list[str]:
    return list(question.get("machine", []))


def answers() -> Iterator[Any]:
    """Answer what is asked on standard input."""
    for line in sys.stdin:
        question = json.loads(line)
        os.environ.clear()
        os.environ.update(question["environ"])
        # /etc/pip.conf is the one place that no variable can move.
        appdirs.site_config_dirs = partial(_machine, question)
        sys.prefix = question.get("prefix", "/nowhere")
        if "local" in question:
            yield local_references(question)
        else:
            yield command_line(question) if "argv" in question else requirements_file(question)


if __name__ == "__main__":
    for answer in answers():
        print(json.dumps(answer), flush=True)
