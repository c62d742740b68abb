"""Project pages as HTML (PEP 503), written from what their JSON says."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any


def as_html(page: Mapping[str, Any]) -> str:
    """Say in PEP 503's words what the JSON says."""
    head = [f'<meta name="pypi:repository-version" content="{page["meta"]["api-version"]}">']
    pairs = [("tracks", track) for track in page["meta"].get("tracks", ())]
    pairs += [("alternate-locations", place) for place in page.get("alternate-locations", ())]
    for key, value in page.get("project-status", {}).items():
        pairs.append(("project-status" if key == "status" else f"project-status-{key}", value))
    head += [f'<meta name="pypi:{name}" content="{html.escape(text)}">' for name, text in pairs]
    anchors = [_anchor(file) for file in page.get("files", ())]
    anchors += [f'<a href="{p["name"]}/">{p["name"]}</a>' for p in page.get("projects", ())]
    return "<!DOCTYPE html>\n<html><head>{}</head><body>\n{}\n</body></html>\n".format(
        "\n".join(head), "<br>\n".join(anchors)
    )


def _anchor(file: Mapping[str, Any]) -> str:
    digest = file["hashes"].get("sha256")
    attributes = {"href": file["url"] + (f"#sha256={digest}" if digest else "")}
    if "requires-python" in file:
        attributes["data-requires-python"] = file["requires-python"]
    if "yanked" in file:
        attributes["data-yanked"] = "" if file["yanked"] is True else file["yanked"]
    if "core-metadata" in file:
        offered = file["core-metadata"]
        value = "true" if offered is True else f"sha256={offered['sha256']}"
        attributes["data-core-metadata"] = attributes["data-dist-info-metadata"] = value
    if "provenance" in file:
        attributes["data-provenance"] = file["provenance"]
    text = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<a {text}>{file['filename']}</a>"
