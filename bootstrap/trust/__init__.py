"""Trust: which CA certificates are trusted, and whether a file has the expected hash.

`policy.decide` decides which sources are in force, `anchors.load_anchors` reads them once a run,
`context.make_context` makes the TLS context and `children.child_certificates` the variables of
child processes from them. `hashes` is the only place that makes a `VerifiedWheel`.
"""
