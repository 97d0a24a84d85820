"""Writes of incidents: one function, one action, one transaction, one audit entry; but a filing by
somebody without keys leaves no entry at all."""

from kash.incidents.services.cases import CaseChange, changing, note_opening, note_search

__all__ = ["CaseChange", "changing", "note_opening", "note_search"]
