"""Package indexes: the simple API, find-links, and finding the candidates for a target."""
