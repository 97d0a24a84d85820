"""Reads of the programming interface, each within the reach of the account that answers."""
