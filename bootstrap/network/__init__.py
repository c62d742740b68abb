"""The network: sessions, downloads, the cache, credentials, all over the one TLS context."""
