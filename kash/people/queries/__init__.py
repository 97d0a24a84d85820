"""Reads: who is there, as far as the actor reaches."""
