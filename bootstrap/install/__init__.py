"""Installing: wheels are staged, checked, and committed as one transaction."""
