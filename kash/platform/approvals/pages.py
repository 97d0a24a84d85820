"""Steps of a proposal in the browser: the form to send it back, a step taken, lines of Today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import Problem
from kash.platform.web.formats import date_text
from kash.platform.web.forms import KashForm, long_text_field
from kash.platform.web.today import Line

Answer = TypeVar("Answer")


class SendBackForm(KashForm):
    """Why a proposal is sent back."""

    reason = long_text_field(_l("What must be put right"), most=1000, required=True)


def take_step(
    act: Callable[[], Answer],
    *,
    done: Callable[[Answer], str],
    onward: str,
    refused: Callable[[str], ResponseReturnValue],
) -> ResponseReturnValue:
    """Take a step; then onward with the sentence `done`, or the page again with what hinders it."""
    try:
        answer = act()
    except Problem as problem:
        return refused(str(problem))
    flash(done(answer))
    return redirect(onward)


def waiting_line(
    title: str, url: str, since: datetime, *, onward: str = "", **shown: Any
) -> Line:
    """A line of Today about a proposal; `onward` is the word of its button if it is approved
    already, and `shown` the rest of the line."""
    text = _("Proposed on %(day)s", day=date_text(since))
    return Line(title, url, text, button=onward or _("Check and approve"), **shown)
