"""Trust: which certificate authorities are believed, and which bytes are the expected ones."""
