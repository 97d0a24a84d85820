"""Queries of evaluations: forms, what may be told of them, and how many were in the room."""
