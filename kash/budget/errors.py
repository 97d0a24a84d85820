"""Problems that stand in the way of what is done with budgets."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem


class BudgetClosed(Problem):
    """A budget that was closed: its figures stand."""

    sentence = _l("This budget is closed. Open it again to change something.")


class NotClosed(Problem):
    """A budget that is open already."""

    sentence = _l("This budget is open already.")


class NotOverYet(Problem):
    """A workshop that is not over: its head counts still move."""

    sentence = _l("The workshop is not over. Its budget can be closed from the day after.")


class NothingToClose(Problem):
    """A budget without lines."""

    sentence = _l("There is no line yet.")


class BudgetTooLong(Problem):
    """More lines than anybody keeps apart."""

    sentence = _l("There are as many lines as a budget can hold.")


class PayoutsTwice(Problem):
    """A second line that would read the same payments."""

    field = "from_payouts"
    sentence = _l("Another line reads the payouts already.")


class SpentTwice(Problem):
    """An amount typed for what payouts tell."""

    field = "spent_cents"
    sentence = _l("Leave this empty: what is spent is read from payouts.")
