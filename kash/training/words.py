"""Words for what is decided here."""

from __future__ import annotations

from flask_babel import gettext as _

from kash.training.rules.delivered import Delivered
from kash.training.rules.plain_values import ValueFault


def fault_sentence(fault: ValueFault) -> str:
    """A mistake in a course file: where it stands, and what is wrong."""
    sentence = _(fault.sentence, **fault.said)
    return f"{fault.where}: {sentence}" if fault.place else sentence


def delivered_words(took: Delivered) -> str:
    """How long a session took the last times that it was taught."""
    if took.times == 1:
        return _("last time %(minutes)s min", minutes=took.median)
    if took.least == took.most:
        return _("last %(times)s times %(minutes)s min", times=took.times, minutes=took.least)
    return _(
        "last %(times)s times %(least)s to %(most)s min",
        times=took.times,
        least=took.least,
        most=took.most,
    )
