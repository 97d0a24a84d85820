"""Addresses of this room: a step of a case by a number, and where addresses of before lead."""

from __future__ import annotations

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import AnyConverter, Map, ValidationError

from kash.incidents import blueprint
from kash.incidents.rules.workflow import STEPS
from kash.platform.web.old_addresses import Moved, lead_on

# What a step is called in an address, where it must not say what becomes of a case.
STEP_NUMBERS = {verb: str(number) for number, verb in enumerate(STEPS, start=1)}
_VERBS = {number: verb for verb, number in STEP_NUMBERS.items()}


class StepConverter(AnyConverter):
    """The verb of a step, as a number in an address."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, *STEPS)
        self.regex = r"\d{1,2}"

    def to_python(self, value: str) -> str:
        """The verb of a number; a number of none leads nowhere."""
        if value not in _VERBS:
            raise ValidationError
        return _VERBS[value]

    def to_url(self, value: str) -> str:
        """The number of a verb. Raises ValueError if it is none."""
        return STEP_NUMBERS[super().to_url(value)]


@blueprint.record_once
def _know_steps(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["step"] = StepConverter


moved = Blueprint("moved_incidents", __name__)
lead_on(
    moved,
    Moved(
        "/incidents",
        "/w",
        {
            "assign": "a",
            "briefs": "b",
            "case-file": "f",
            "consent-form.pdf": "c.pdf",
            "consents": "c",
            "declare": "k",
            "duty": "d",
            "evidence": "e",
            "file": "n",
            "form.pdf": "n.pdf",
            "help": "h",
            "identities": "i",
            "links": "l",
            "mediator": "m",
            "persons": "p",
            "receipt": "r",
            "referrals": "r",
            "shred": "x",
            "steps": "",
            "terms": "g",
        },
    ),
)
