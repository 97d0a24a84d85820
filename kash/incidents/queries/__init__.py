"""Reads of incidents. What is sealed is opened in memory, for the length of one request."""
