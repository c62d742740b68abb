"""What distributions say about themselves: core metadata, what is installed, direct_url.json."""
