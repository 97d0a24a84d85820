"""Objectives that somebody can observe, and words by which nobody can."""

from __future__ import annotations

import re

# What goes on within a head, English and Kiswahili; the latter with its prefixes before the root.
_ENGLISH = (
    r"understand\w*",
    r"know(?:s|ing|ledge)?",
    r"(?:be|is|are|become|becoming) (?:more )?aware",
    r"awareness",
    r"appreciat(?:e|es|ing|ion)",
    r"learn(?:s|ing)?",
    r"realis(?:e|es|ing)",
    r"realiz(?:e|es|ing)",
    r"believ(?:e|es|ing)",
    r"feel(?:s|ing)?",
    r"(?:be|is|are) familiar",
    r"sensitis(?:e|ed|ing)",
    r"sensitiz(?:e|ed|ing)",
)
_KISWAHILI = (
    r"(?:ku|wa|a|m|tu|ni|u|wata|ata|tuta|wana|ana|ame|wame)*elew(?:a|e|ana|ane|eka)",
    r"(?:ku|wa|a|m|tu|ni|u|wata|ata|tuta|wana|ana|ame|wame)*jua",
    r"(?:wa|a|m|tu|ni|u)jue",
    r"(?:ku|wa|a|tu|wata|ata|wana|ana)*fahamu",
    r"(?:ku|wa|a|tu|wata|ata|wana|ana)*tambu(?:a|e)",
    r"(?:ku|wa|a|tu|wata|ata|wana|ana)*thamini",
    r"ufahamu",
    r"uelewa",
)
_UNSEEN = re.compile(rf"\b(?:{'|'.join((*_ENGLISH, *_KISWAHILI))})\b", re.IGNORECASE)


def unseen_words(objective: str) -> tuple[str, ...]:
    """Words of an objective that nobody can observe, as they stand there, each once."""
    return tuple(dict.fromkeys(found.casefold() for found in _UNSEEN.findall(objective)))
