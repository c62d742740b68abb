"""The wire: connections, proxies and TLS, from a URL to an answer and its failures."""
