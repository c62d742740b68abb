"""What a run did: a summary for people, pip's installation report, and the lock of `--lock`."""
