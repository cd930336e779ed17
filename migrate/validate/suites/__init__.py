"""Suites of checks on the target: generated from mappings, and business rules written by people.

Great Expectations evaluates them; the keys of the rows that fail come from our own SQL.
"""
