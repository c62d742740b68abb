"""PEP 517 and 660: builds a wheel from a source tree, a source distribution or a repository."""
