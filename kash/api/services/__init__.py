"""Writes of the programming interface."""
