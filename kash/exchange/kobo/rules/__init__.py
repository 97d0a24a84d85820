"""Decisions about forms and their submissions: no Flask, no database, no network."""
