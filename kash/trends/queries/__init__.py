"""Reads of trends."""
