"""The target: the Python environment to install into, found, described and (a venv) created."""
