"""From candidates to verified wheels: their metadata, downloads and builds."""
