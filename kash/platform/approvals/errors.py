"""Errors that keep somebody from approving; each approval says the first two in its own words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class SamePerson(Problem):
    """Approval by the one who proposed it, which is refused."""

    status = 403


class StandsInForProposer(SamePerson):
    """Approval for the one who proposed it, who is absent: refused too."""


class GivenToApprover(SamePerson):
    """Approval by whom the proposal pays or certifies, or for her; refused as well."""


class StandsBehind(SamePerson):
    """Approval between two accounts of which one stands behind the other."""

    sentence = _l(
        "One of you brought the other in, gave the other power, tied the other's account to a"
        " participant or made a password link for it: somebody else must approve."
    )


class WrongStep(Problem):
    """Step that the state of a proposal does not allow, perhaps as somebody was faster."""

    sentence = _l("This was already done, or sent back, by somebody. The page shows how it stands.")
