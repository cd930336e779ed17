"""The mapping language: what a specification says, and the row function compiled from it."""
