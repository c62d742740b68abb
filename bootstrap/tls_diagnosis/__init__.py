"""Explain TLS failures: imported only after one has happened, and by `doctor`.

`classify` names the cause, `handshake` fetches the chain that the server presents, `explain` puts
both together with the trust policy, and `advice` writes the message and the hint.
"""
