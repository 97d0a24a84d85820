"""What can go wrong with a case, each with a sentence for the person who meets it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.web.errors import Problem


class Damaged(Problem):
    """The sealed record of this case does not open."""

    sentence = _l(
        "The sealed record of this case is damaged and does not open. Other cases are not touched."
    )


class NobodyHoldsKeys(Problem):
    """Nothing can be sealed, since the vault has no members yet."""

    status = 503
    sentence = _l("Reports cannot be taken yet: nobody holds keys to the vault.")


class ChangedMeanwhile(Problem):
    """Another member saved the case since this page was opened."""

    sentence = _l("Somebody else saved this case meanwhile.")


class NotNow(Problem):
    """The case is not in a state in which this can be done, or not by this person."""

    sentence = _l("This cannot be done with the case as it stands.")
