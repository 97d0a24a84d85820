"""The errors of cases, each with a sentence for the person who meets it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import ChangedMeanwhile, Problem


class Damaged(Problem):
    """The sealed record of this case does not open."""

    sentence = _l(
        "The sealed record of this case is damaged and does not open. Other cases are not touched."
    )


class RecordsNotOpen(Problem):
    """Not every sealed record opens, so that nothing can be counted."""

    status, field = 409, ""
    sentence = _l(
        "Not every sealed record opens for you, so nothing is counted. If a rotation of keys is"
        " unfinished, finish it; if a record is damaged, a backup may have it whole."
    )


class ReportsStillWait(Problem):
    """Something was sent in time and has not become visible."""

    status, field = 409, ""
    sentence = _l(
        "What was sent is not visible yet, although its hour has come, so nothing is counted. Ask"
        " whoever runs the server whether the worker runs."
    )


class NobodyHoldsKeys(Problem):
    """Nothing can be sealed, since the vault has no members yet."""

    status = 503
    field = ""
    sentence = _l("Reports cannot be taken yet: nobody holds keys to the vault.")


class KeysAltered(Problem):
    """The key to which reports are sealed is not the one that was made."""

    status = 409
    field = ""
    sentence = _l(
        "Reports cannot be taken now: the key that seals them was altered. Nothing was sent. Tell"
        " somebody of the programme by word of mouth."
    )


class CaseChangedMeanwhile(ChangedMeanwhile):
    """Another member saved the case since this page was opened."""

    sentence = _l("Somebody else saved this case meanwhile.")


class StaysHere(Problem):
    """Not everybody whom a piece of evidence shows or names agreed that it leaves the vault."""

    status = 409
    sentence = _l(
        "Not everybody it shows or names agreed to a paper for a court, and that it"
        " speaks of health. It stays here."
    )


class NobodyAgreed(Problem):
    """Nobody in the case agreed to a court file."""

    sentence = _l(
        "Nobody in this case has agreed to a file for a court. Note the consent first, then print."
    )


class AskAgain(Problem):
    """Somebody in a file was not asked again about it in the fourteen days before."""

    field = "paper"

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(
            _(
                "Ask again first, read back what the paper says, and note it: %(codes)s. An answer"
                " counts for fourteen days, for one receiver and one case.",
                codes=", ".join(codes) or "–",
            )
        )


class NotToBeAgreed(Problem):
    """Where the gate of mediation is shut she is let go and gets back what is hers: no more."""

    field = "kind"
    sentence = _l(
        "In this case only two things can be agreed: that she is let go without a price, and that"
        " what was taken from her is given back. Nothing else is paid, and no apology, after such"
        " acts, or where somebody may be under 18."
    )


class NotNow(Problem):
    """The case is not in a state in which this can be done, or not by this person."""

    sentence = _l("This cannot be done with the case as it stands.")


class TooManyViews(Problem):
    """One more view of the register than a member keeps."""

    field = "name"
    sentence = _l("You keep as many views as one can. Remove one first.")


class EvidenceDamaged(Problem):
    """A piece of evidence, what is sealed of it or its file, does not open."""

    sentence = _l("This piece of evidence is damaged and does not open. Others are not touched.")


class NotTaken(Problem):
    """A file is of no kind that is taken as evidence."""

    status = 415
    field = "file"
    sentence = _l(
        "Photos, scans, sound, video and PDF can be added. This file is something else, whatever"
        " its name says. Nothing was kept."
    )


class ArchiveNotTaken(NotTaken):
    """A file is a zip or another archive."""

    sentence = _l(
        "This is a zip or another archive, whatever its name says. Take the files out of it and"
        " add them one by one. Nothing was kept."
    )


class EmptyFile(NotTaken):
    """There is nothing in the file."""

    status = 422
    sentence = _l("This file is empty. Nothing was kept.")


class NotCleaned(Problem):
    """There is no cleaned copy to show."""

    status = 404
    sentence = _l("There is no cleaned copy of this file. Its original can be downloaded.")
