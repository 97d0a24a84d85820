"""Verification of the audit chain: what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ChainFault(StrEnum):
    """Fault that the chain can have."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    RECOMPUTED = "recomputed"
    HEAD = "head"
    MIRROR = "mirror"


@dataclass(frozen=True)
class ChainProblem:
    """The first place at which one fault was found, and a sentence about it."""

    fault: ChainFault
    seq: int
    sentence: str


@dataclass
class Verification:
    """Outcome of verifying. `notes` are remarkable but no sign of tampering."""

    entries: int = 0
    code: str = ""
    problems: list[ChainProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """True if nothing is wrong."""
        return not self.problems

    def report(self, fault: ChainFault, seq: int, sentence: str) -> None:
        """Add a problem, unless its fault was reported before."""
        if all(problem.fault is not fault for problem in self.problems):
            self.problems.append(ChainProblem(fault, seq, sentence))
