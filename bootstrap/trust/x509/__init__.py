"""X.509 as far as it takes to read certificates, name them to people, and find their issuers."""
