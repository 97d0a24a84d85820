"""Words for what is decided here."""

from __future__ import annotations

from flask_babel import gettext as _

from kash.training.rules.plain_values import ValueFault


def fault_sentence(fault: ValueFault) -> str:
    """A mistake in a course file: where it stands, and what is wrong."""
    sentence = _(fault.sentence, **fault.said)
    return f"{fault.where}: {sentence}" if fault.place else sentence
