"""The commit: staged files take their places by renames that can be undone until the last."""
