"""Sphinx's settings: ``nox -s docs`` builds the pages, with warnings as errors."""

from __future__ import annotations

project = "get-installer"
project_copyright = "the authors of get-installer"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_copy_source = False
exclude_patterns = ["changes"]
myst_heading_anchors = 4
nitpicky = True
man_pages = [("index", "get-installer", "put a working Python package installer anywhere", "", 7)]
man_make_section_directory = True
