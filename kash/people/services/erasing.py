"""Erasing a person across every table, so that only a nameless stone is left to be counted."""

from __future__ import annotations

from typing import Any

from kash.people.rules.erasing import STRUCK

# What a person's own row holds afterwards, beside her group, a new public id, and no age.
STONE: dict[str, Any] = {
    "chosen_name": STRUCK,
    "sort_name": "~",
    "printed_name": "",
    "printed_name_confirmed_at": None,
    "sex": "",
    "age_band": "",
    "birth_year": None,
    "cadre": "",
    "ward": "",
    "language": "",
    "reference": "",
    "phone_sealed": None,
    "phone_lookup": None,
    "email_sealed": None,
    "email_lookup": None,
    "minor": False,
    "age_recorded_on": None,
    "minor_since": None,
    "minor_seen_at": None,
}
