"""The errors of printing, each with a sentence for the person who meets it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class NotDueYet(Problem):
    """Whatever was filed on the day itself is not visible yet, or the day has not come."""

    sentence = _l(
        "It is too early. Figures are printed after their last day, once what was filed on that day"
        " has become visible."
    )


class EarlierFirst(Problem):
    """Tables of an earlier day were not printed."""

    sentence = _l("Figures of an earlier day are still to be printed. Print those first.")


class MayBePrinted(Problem):
    """The database was put back, and what it lost may hold these figures."""

    sentence = _l(
        "The database was put back, and nothing shows that these figures were not printed before."
        " Two people say first what became of them: a second throw beside the first would tell of"
        " single cases."
    )


class NotWitnessed(Problem):
    """The audit's mirror could not be written."""

    status = 503
    sentence = _l(
        "The mirror of the audit trail could not be written, so nothing was printed. The operator"
        " finds what is wrong with flask audit verify."
    )


class PutBackUnsaid(Problem):
    """The database is behind its mirror, and nothing in the chain says that it was put back."""

    sentence = _l(
        "The mirror of the audit trail is missing, or knows more than the database, and nothing"
        " says that it was put back. The operator looks with flask audit verify, and begins a new"
        " mirror with flask audit new-mirror."
    )


class CodeNotHere(Problem):
    """No entry of the chain has this code."""

    status, field = 422, "code"
    sentence = _l(
        "No entry of the audit trail has this code. If it is typed as it stands on the minutes, the"
        " database was put back to before they were printed."
    )


class CodeProvesNothing(Problem):
    """A code from before the figures were due, or from after the database was put back."""

    status, field = 422, "code"
    sentence = _l(
        "These minutes were printed before the figures were due, or after the database was put"
        " back, or the mirror holds that they were printed. So their code proves nothing here."
    )


class OtherCode(Problem):
    """The second person typed another code than the first."""

    status, field = 422, "code"
    sentence = _l("This is not the code that was typed first. Read it from your own copy.")


class SaidAlready(Problem):
    """Somebody else said something of this day, which waits."""

    sentence = _l("Somebody said what became of these figures, and it waits for a second person.")


class LedgerNotOpen(Problem):
    """The list of cases that were counted already is gone, or does not open."""

    sentence = _l(
        "The sealed list of cases that were counted already does not open for you. Without it cases"
        " would be counted twice, so nothing is printed. A backup may have it whole."
    )


class NoteHasFigures(Problem):
    """A note beside printed figures names a figure."""

    status, field = 422, "text"
    sentence = _l(
        "Leave out every digit: a corrected figure beside a printed one would tell of single cases."
        " Say in words what was wrong and what follows from it."
    )
