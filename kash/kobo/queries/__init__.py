"""Reads of forms of other servers, and of what came by them."""
