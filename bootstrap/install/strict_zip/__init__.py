"""A strict reader of zip archives: accepts only what every zip reader understands alike."""
