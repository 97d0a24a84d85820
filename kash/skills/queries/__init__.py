"""Reads of skills: by trainer and course, what proves them, and who is free on some days."""
