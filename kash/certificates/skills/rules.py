"""Rules of skills: what each level lets, what proves it, and what a team lacks.

A skill opens nothing and forbids nothing: what a team lacks is told to those who plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Workshops that somebody must have taught before it is asked whether she may lead.
ENOUGH = 2


class Level(StrEnum):
    """Levels of skill in a course, the most first."""

    LEAD = "lead"
    CO_TEACH = "co_teach"
    OBSERVE = "observe"


_RANK = {level: place for place, level in enumerate(Level)}


class ProofKind(StrEnum):
    """Kinds of proof of a skill: workshops taught, an assessment, or a certificate of her own."""

    TAUGHT = "taught"
    ASSESSED = "assessed"
    CERTIFICATE = "certificate"


class ProofFault(StrEnum):
    """Faults of a proof."""

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

    evidence: ProofKind
    taught: int = 0
    certified: bool = False
    assessor: str = ""
    assessed_on: date | None = None
    note: str = ""


def proof_fault(proof: Proof, trainer: str, today: date) -> ProofFault | None:
    """Fault of a proof for this trainer (public id); None if it stands."""
    if proof.evidence is ProofKind.TAUGHT:
        return ProofFault.FEW if proof.taught < ENOUGH else None
    if proof.evidence is ProofKind.CERTIFICATE:
        return None if proof.certified or proof.note else ProofFault.WHICH
    if proof.assessor == trainer:
        return ProofFault.HERSELF
    if not (proof.assessor or proof.note):
        return ProofFault.BY_WHOM
    if proof.assessed_on is None:
        return ProofFault.WHEN
    return ProofFault.TO_COME if proof.assessed_on > today else None


@dataclass(frozen=True)
class TeamMember:
    """Somebody on a team: what she may do in its course, None where nothing is written down."""

    name: str
    leads: bool
    level: Level | None


class TeamLack(StrEnum):
    """Things that a team lacks, or one of it."""

    NOBODY_LEADS = "nobody_leads"
    CO_TEACHES_ONLY = "co_teaches_only"
    OBSERVES_ONLY = "observes_only"
    NOTHING_WRITTEN = "nothing_written"


@dataclass(frozen=True)
class Lacking:
    """One thing that is lacking, and the member who lacks it; without a name it is the whole
    team."""

    lack: TeamLack
    name: str = ""


_OF_ONE = {Level.OBSERVE: TeamLack.OBSERVES_ONLY, None: TeamLack.NOTHING_WRITTEN}


def lacks(team: Sequence[TeamMember]) -> list[Lacking]:
    """Everything that a team lacks, those who lead it first; nothing for a team of nobody.

    the person who leads must be one who may; of the others it is told who may not even co-teach.
    """
    lacking = []
    for member in sorted(team, key=lambda one: not one.leads):
        if member.level is Level.CO_TEACH and member.leads:
            lacking.append(Lacking(TeamLack.CO_TEACHES_ONLY, member.name))
        elif member.level in _OF_ONE:
            lacking.append(Lacking(_OF_ONE[member.level], member.name))
    if team and all(member.level is not Level.LEAD for member in team):
        lacking.append(Lacking(TeamLack.NOBODY_LEADS))
    return lacking


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
    """Those beside the team who may lead or co-teach: first those who may lead, the least busy of
    them first."""
    free = [
        person
        for person in people
        if person.public_id not in team and person.level is not Level.OBSERVE
    ]
    return sorted(
        free, key=lambda one: (_RANK[one.level], one.clashing, one.near, one.name, one.public_id)
    )
