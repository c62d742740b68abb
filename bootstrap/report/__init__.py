"""What a run did: a summary and warnings, pip's installation report, the lock of `--lock`."""
