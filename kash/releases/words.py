"""Names of tables and of their lines, for pages and papers."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

TITLES: dict[str, Any] = {
    "who": _l("Who did it"),
    "mediation": _l("What came of mediation"),
    "acts": _l("What was done"),
}
LINES: dict[tuple[str, str], Any] = {
    ("who", "police"): _l("Police"),
    ("who", "client"): _l("Client"),
    ("who", "other"): _l("Somebody else"),
    ("mediation", "settled"): _l("Settled"),
    ("mediation", "partly"): _l("Settled in part"),
    ("mediation", "failed"): _l("Nothing came of it"),
    ("mediation", "withdrawn"): _l("Withdrawn"),
    ("mediation", "court"): _l("Went to court"),
    ("acts", "liberty"): _l("Arrest and detention"),
    ("acts", "assault"): _l("Assault"),
    ("acts", "sexual"): _l("Sexual violence"),
    ("acts", "threats"): _l("Threats"),
    ("acts", "health"): _l("Health and HIV"),
    ("acts", "property"): _l("Money and property"),
    ("acts", "payment"): _l("Denial of payment"),
    ("acts", "justice"): _l("Search, signature, complaint"),
}


def line_name(key: str, code: str) -> str:
    """Name of a line of a table; its code, if it has no name."""
    return str(LINES.get((key, code), code))


def table_name(title_key: str) -> str:
    """Name of a table."""
    return str(TITLES.get(title_key, title_key))
