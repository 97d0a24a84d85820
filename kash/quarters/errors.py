"""Problems that stand in the way of a proposal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class QuarterOver(Problem):
    """The days of a proposal, from which nothing can be planned any more."""

    field = "quarter"
    sentence = _l("Too few days of this quarter are left. Choose a later one.")


class ProposalTooLong(Problem):
    """More workshops than anybody plans at once."""

    sentence = _l(
        "A proposal has at most 100 workshops. Ask for fewer places, or make another proposal."
    )


class NothingAsked(Problem):
    """No places were asked for."""

    field = ""
    sentence = _l("Enter for at least one station how many people are to come.")


class TooFewPeople(Problem):
    """Places that make no workshop of the least size."""

    field = "fewest"
    sentence = _l("So few people make no workshop. Ask for more places, or allow smaller ones.")


class SessionTooLong(Problem):
    """A course that does not fit into the days of a proposal."""

    field = "version"
    sentence = _l("One session of this course is longer than a day of this proposal.")


class LineAccepted(Problem):
    """A line of which a workshop was planned."""

    sentence = _l("This workshop is planned already. Change it on its own page.")


class NothingChosen(Problem):
    """No line was chosen."""

    sentence = _l("Tick at least one workshop that has a place.")


class OutsideProposal(Problem):
    """A day outside the days of a proposal."""

    field = "first"
    sentence = _l("This day lies outside the days of the proposal.")
