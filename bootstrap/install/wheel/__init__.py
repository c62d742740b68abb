"""The wheel: what its parts mean, and where each file of it goes."""
