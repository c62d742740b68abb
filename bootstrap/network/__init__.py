"""The network: sessions, downloads, the cache and credentials, all over one TLS context."""
