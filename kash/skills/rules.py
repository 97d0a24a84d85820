"""Rules of skills: what each level lets, what proves it, and what a team lacks.

A skill opens nothing and forbids nothing: what a team lacks is told to whoever plans.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Workshops that somebody must have taught before it is asked whether she may lead.
ENOUGH = 2


class Level(StrEnum):
    """What a trainer may do in a course, the most first."""

    LEAD = "lead"
    CO_TEACH = "co_teach"
    OBSERVE = "observe"


_RANK = {level: place for place, level in enumerate(Level)}


class Evidence(StrEnum):
    """What a skill was granted on: workshops taught, an assessment, or a certificate of her own."""

    TAUGHT = "taught"
    ASSESSED = "assessed"
    CERTIFICATE = "certificate"


class EvidenceFault(StrEnum):
    """What is missing of a proof."""

    FEW = "few"
    BY_WHOM = "by_whom"
    HERSELF = "herself"
    WHEN = "when"
    TO_COME = "to_come"
    WHICH = "which"


@dataclass(frozen=True)
class Proof:
    """A proof as it was entered. `taught` counts workshops on record, `certified` says that she
    holds a certificate of the course; `assessor` is an account's public id."""

    evidence: Evidence
    taught: int = 0
    certified: bool = False
    assessor: str = ""
    assessed_on: date | None = None
    note: str = ""


def evidence_fault(proof: Proof, trainer: str, today: date) -> EvidenceFault | None:
    """What is missing of a proof for this trainer (public id); None if nothing is."""
    if proof.evidence is Evidence.TAUGHT:
        return EvidenceFault.FEW if proof.taught < ENOUGH else None
    if proof.evidence is Evidence.CERTIFICATE:
        return None if proof.certified or proof.note else EvidenceFault.WHICH
    if proof.assessor == trainer:
        return EvidenceFault.HERSELF
    if not (proof.assessor or proof.note):
        return EvidenceFault.BY_WHOM
    if proof.assessed_on is None:
        return EvidenceFault.WHEN
    return EvidenceFault.TO_COME if proof.assessed_on > today else None


@dataclass(frozen=True)
class Member:
    """Somebody on a team: what she may do in its course, None where nothing is written down."""

    name: str
    leads: bool
    level: Level | None


class Lack(StrEnum):
    """What a team lacks, or one of it."""

    NOBODY_LEADS = "nobody_leads"
    CO_TEACHES_ONLY = "co_teaches_only"
    OBSERVES_ONLY = "observes_only"
    NOTHING_WRITTEN = "nothing_written"


@dataclass(frozen=True)
class Lacking:
    """One thing that is lacking, and in whom; without a name it is the whole team."""

    lack: Lack
    name: str = ""


_OF_ONE = {Level.OBSERVE: Lack.OBSERVES_ONLY, None: Lack.NOTHING_WRITTEN}


def lacks(team: Sequence[Member]) -> list[Lacking]:
    """What a team lacks, those who lead it first; nothing for a team of nobody.

    Whoever leads must be one who may; of the others it is told who may not even co-teach.
    """
    found = []
    for member in sorted(team, key=lambda one: not one.leads):
        if member.level is Level.CO_TEACH and member.leads:
            found.append(Lacking(Lack.CO_TEACHES_ONLY, member.name))
        elif member.level in _OF_ONE:
            found.append(Lacking(_OF_ONE[member.level], member.name))
    if team and all(member.level is not Level.LEAD for member in team):
        found.append(Lacking(Lack.NOBODY_LEADS))
    return found


@dataclass(frozen=True)
class Free:
    """Somebody who could be asked: `clashing` counts her other workshops on the days themselves,
    `near` those within a week of them."""

    public_id: str
    name: str
    level: Level
    clashing: int = 0
    near: int = 0


def whom_to_ask(people: Iterable[Free], team: Collection[str]) -> list[Free]:
    """Those beside the team who may lead or co-teach: whoever may lead first, the least busy of
    them first."""
    asked = [one for one in people if one.public_id not in team and one.level is not Level.OBSERVE]
    return sorted(
        asked, key=lambda one: (_RANK[one.level], one.clashing, one.near, one.name, one.public_id)
    )
