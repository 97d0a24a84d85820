"""Names of all that is looked for in a story before it is told, and other words of its pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

CHECK_NAMES: dict[str, Any] = {
    "names": _l("No name of anybody, nor initials"),
    "nicknames": _l("No nickname, and no name by which somebody works"),
    "places": _l("No station, street, bar, ward, village or church"),
    "days": _l("No day, month, season or feast, and no hour"),
    "ages": _l("No age, and no number of children or years"),
    "details": _l("Nothing unusual: a scar, an illness, a car, a job, a tribe"),
    "numbers": _l("No figure: no sum, no number of a phone or an officer"),
    "quotes": _l("Nobody’s own words as they were spoken, and no word that only some people use"),
    "only_one": _l("Nothing that only one person could know or could have told"),
}
CHECK_NOTES: dict[str, Any] = {
    "names": _l("Say “a woman”, “an officer”, “a friend”."),
    "days": _l("Say “one night”, “some time later”."),
    "details": _l("Leave it out, or take another that is common."),
    "quotes": _l("Tell it in plain words of your own."),
    "only_one": _l("Would an officer who was there know who told it?"),
}
AUDIENCE_NAMES: dict[str, Any] = {
    "forum": _l("The forum: its members, police among them, and those who work here"),
    "funders": _l("Those who pay for the programme, and those who write to them"),
}
STATE_NAMES: dict[str, Any] = {
    "draft": _l("Being written"),
    "waiting": _l("Waits for a second reader"),
    "returned": _l("Sent back"),
}
STATE_TONES = {"draft": "", "waiting": "live", "returned": "warn"}
