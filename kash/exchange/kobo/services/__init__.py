"""Writes: forms, their rows, and the key to which phones encrypt."""
