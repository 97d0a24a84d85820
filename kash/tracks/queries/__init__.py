"""Reads of tracks."""
