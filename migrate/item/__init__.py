"""Typed JSON to values, for the loading path. The verifier has its own and may not import this."""
