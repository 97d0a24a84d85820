"""Reads of forums: within whose reach, who is in them, what was said and taken on."""
