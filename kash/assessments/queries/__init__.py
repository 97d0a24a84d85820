"""Reads of questions, tests and answers."""
