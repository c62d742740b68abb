"""Archives: reading zip files strictly, so that every reader sees the same files in them."""
