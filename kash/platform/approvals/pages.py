"""Steps of a proposal in the browser: taken, or the page again; and its line on Today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.approvals.approval import Approval
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.current_actor import current_actor
from kash.platform.web.errors import Forbidden, Problem
from kash.platform.web.formats import date_text
from kash.platform.web.forms import KashForm, long_text_field
from kash.platform.web.today import TodayLine

Row = TypeVar("Row")
Answer = TypeVar("Answer")


class SendBackForm(KashForm):
    """Reason for which a proposal is sent back."""

    reason = long_text_field(_l("What must be put right"), most=1000, required=True)


@dataclass(frozen=True)
class ProposalPage(Generic[Row]):
    """The page of a proposal, at `address`. `show` answers it with the form to send it back and
    what hinders a step, empty if nothing does."""

    approval: Approval
    read: Callable[[], Row]
    show: Callable[[Row, SendBackForm, str], ResponseReturnValue]
    address: str

    def step(
        self, act: Callable[[Row], Answer], done: str | Callable[[Answer], str]
    ) -> ResponseReturnValue:
        """Take a step and say what was `done`; or show the page with what hinders it."""
        with CaughtProblem(Problem) as caught:
            answer = act(self.read())
            flash(done if isinstance(done, str) else done(answer))
            return redirect(self.address)
        return self.show(self.read(), SendBackForm(), caught.sentence)

    def send_back(
        self, act: Callable[[Row, str], None], done: str, *, as_organiser: bool
    ) -> ResponseReturnValue:
        """Send it back for the reason that the form holds; or show the page with its errors. Raises
        Forbidden for who neither approves nor `as_organiser`, as in `Approval.turn_back`."""
        if not (as_organiser or current_actor().may(self.approval.approves)):
            raise Forbidden
        form = SendBackForm()
        if not form.validate_on_submit():
            return self.show(self.read(), form, "")
        return self.step(lambda row: act(row, form.reason.data), done)


def waiting_line(
    title: str, url: str, since: datetime, *, onward: str = "", **shown: Any
) -> TodayLine:
    """A line of Today about a proposal; `onward` is the word of its button if it is approved
    already, and `shown` the rest of the line."""
    text = _("Proposed on %(day)s", day=date_text(since))
    return TodayLine(title, url, text, button=onward or _("Check and approve"), **shown)


def returned_line(title: str, url: str, reason: str, **shown: Any) -> TodayLine:
    """A line of Today about a proposal that was sent back, for the person who puts it right."""
    reasons = [reason] if reason else []
    return TodayLine(title, url, _("Sent back"), button=_("See to it"), reasons=reasons, **shown)
