"""PEP 517 and 660: from a source tree, a source distribution or a repository to a wheel."""
