"""Checks of mappings that are each valid by themselves: one concern a file, listed in lint.py."""
