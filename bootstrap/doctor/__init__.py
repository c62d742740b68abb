"""The doctor: what is trusted, by whose word, what servers present, and what each store says."""
