"""Fingerprint of what users see, so that a rebuilding can be shown to change nothing of it.

`python -m tools.compare write FILE` before and after, then `python -m tools.compare diff A B`.
"""
