"""The network: sessions, downloads, the cache, credentials. Every byte passes the one TLS context."""
