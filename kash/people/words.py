"""How the fixed values of this feature are said to a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

SEX = {"": _l("Not said"), "female": _l("Female"), "male": _l("Male"), "other": _l("Other")}
AGE_BAND = {
    "": _l("Not said"),
    "under18": _l("Under 18"),
    "18-24": _l("18 to 24"),
    "25-34": _l("25 to 34"),
    "35-44": _l("35 to 44"),
    "45-plus": _l("45 and over"),
}
KIND = {"station": _l("Station"), "collective": _l("Collective"), "partner": _l("Partner")}
# Each language under its own name, so that who speaks it recognises it.
LANGUAGE = {
    "": _l("Not said"),
    "en": "English",
    "sw": "Kiswahili",
    "luo": "Dholuo",
    "guz": "Ekegusii",
    "luy": "Luluhya",
}
PURPOSE = {
    "contact": _l("Calls and messages"),
    "photo": _l("Photos"),
    "printed_name": _l("Name on paper"),
    "research": _l("Research"),
    "funder": _l("Sharing with funders"),
}
ANSWER = {"given": _l("Given"), "refused": _l("Refused"), "withdrawn": _l("Withdrawn")}
ANSWER_TONE = {"given": "good", "refused": "bad", "withdrawn": "warn"}
