"""Problems that stand in the way of what is done with skills."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem
from kash.skills.rules import ProofFault


class OwnSkill(Problem):
    """Nobody grants a skill to herself, or ends her own."""

    status = 403
    sentence = _l("This is about yourself: somebody else must do it.")


class NoTrainer(Problem):
    """Skills are granted to those who hold the role of a trainer."""

    sentence = _l("This account is no trainer's, or it is closed.")


class NoSuchCourse(Problem):
    """A course that is not there."""

    field = "course"
    sentence = _l("Choose a course from the list.")


class SameSkill(Problem):
    """The trainer has just this skill."""

    field = "level"
    sentence = _l("This is written down already. Choose another level, or end it first.")


class SinceToCome(Problem):
    """A skill begins today at the latest."""

    field = "since"
    sentence = _l("This day is still to come.")


class SkillEnded(Problem):
    """A skill that was ended already."""

    sentence = _l("This was ended already.")


class UnknownAssessor(Problem):
    """An account that cannot be chosen as who assessed."""

    field = "assessor"
    sentence = _l("Choose somebody from the list.")


_SENTENCES = {
    ProofFault.FEW: (
        "evidence",
        _l("Fewer than two workshops taught are on record. Choose another proof."),
    ),
    ProofFault.BY_WHOM: (
        "assessor",
        _l("Choose who assessed, or write below who it was outside the programme."),
    ),
    ProofFault.HERSELF: (
        "assessor",
        _l("Nobody assesses their own teaching. Choose somebody else."),
    ),
    ProofFault.WHEN: ("assessed_on", _l("Enter the day of the assessment.")),
    ProofFault.TO_COME: ("assessed_on", _l("This day is still to come.")),
    ProofFault.WHICH: (
        "note",
        _l("No certificate of this course is on record. Write which one it is, and of whom."),
    ),
}


class UnsoundProof(Problem):
    """A proof of which something is missing."""

    def __init__(self, fault: ProofFault) -> None:
        field, sentence = _SENTENCES[fault]
        super().__init__(str(sentence))
        self.field = field
        self.fault = fault
