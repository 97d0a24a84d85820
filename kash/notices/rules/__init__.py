"""Decisions about texts, hours and who is told; pure."""
