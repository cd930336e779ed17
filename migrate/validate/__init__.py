"""The proof that a copy is right: a second reading of items and mappings, and of the target."""
