"""The command `doctor`: what is trusted, what servers present, and what each store says."""
