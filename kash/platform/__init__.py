"""Capabilities: each does one thing for every feature, and knows none of them."""
