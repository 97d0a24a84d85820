"""Facts of the programme that every page needs. Whoever keeps it says how to find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g
from flask_babel import gettext as _

from kash.platform.web.paper import PaperWording
from kash.platform.web.retention import Bounds, Retention
from kash.settings import Settings

DEFAULT_ZONE = "Africa/Nairobi"
# Each language under its own name, so that who needs it recognises it.
LANGUAGES = {"en": "English", "sw": "Kiswahili"}
# What only reports can be filed in, once the programme has named who read and accepted the words.
REPORTING_LANGUAGES = {"luo": "Dholuo"}
# How many phones and e-mails an account looks at on one day without saying why.
CONTACT_LOOKS = Bounds(30, 5, 200, "looks")
_SOURCE = "kash_programme_source"


@dataclass(frozen=True)
class ProgrammeFacts:
    """The programme's neutral name (all that titles show), its zone and its languages; what it
    says on paper, how long it keeps things, and who needs a second step beside those who always
    do (names of roles). `accepted_by` names who accepted the words of a language for reports;
    `contact_looks_a_day` is how many looks at contacts are usual in a day; `accepted_address` the
    local or unprotected address that somebody said yes to."""

    neutral_name: str
    zone: str = DEFAULT_ZONE
    languages: tuple[str, ...] = tuple(LANGUAGES)
    default_language: str = "en"
    paper: PaperWording = field(default_factory=PaperWording)
    retention: Retention = field(default_factory=Retention)
    second_step_required: bool = True
    second_step_roles: frozenset[str] = frozenset()
    accepted_by: Mapping[str, str] = field(default_factory=dict)
    contact_looks_a_day: int = CONTACT_LOOKS.usual
    accepted_address: str = ""


def find_programme_by(app: Flask, source: Callable[[], ProgrammeFacts | None]) -> None:
    """Say how the programme is found; asked at most once for each request."""
    app.extensions[_SOURCE] = source


def programme_facts() -> ProgrammeFacts | None:
    """The programme, None until it is set up."""
    if "programme_facts" not in g:
        source = current_app.extensions.get(_SOURCE)
        g.programme_facts = source() if source is not None else None
    facts: ProgrammeFacts | None = g.programme_facts
    return facts


def forget_programme_facts() -> None:
    """Have the programme looked up anew, after it was changed in this request."""
    g.pop("programme_facts", None)


def brand() -> str:
    """The neutral name that titles and headers show."""
    facts = programme_facts()
    return facts.neutral_name if facts is not None else _("Programme")


def programme_zone() -> str:
    """The name of the programme's time zone."""
    facts = programme_facts()
    return facts.zone if facts is not None else DEFAULT_ZONE


def programme_languages() -> tuple[str, ...]:
    """The codes of the programme's languages, the most usual first."""
    facts = programme_facts()
    languages = facts.languages if facts is not None else tuple(LANGUAGES)
    return tuple(code for code in languages if code in LANGUAGES) or ("en",)


def reporting_languages() -> tuple[str, ...]:
    """The languages of reports: the programme's, and those whose words were accepted."""
    facts = programme_facts()
    accepted = facts.accepted_by if facts is not None else {}
    more = tuple(code for code in REPORTING_LANGUAGES if accepted.get(code))
    return programme_languages() + more


def paper_wording() -> PaperWording:
    """Wording of the programme on paper."""
    facts = programme_facts()
    return facts.paper if facts is not None else PaperWording()


def retention() -> Retention:
    """How long the programme keeps things."""
    facts = programme_facts()
    return facts.retention if facts is not None else Retention()


def days_backups_are_kept(settings: Settings) -> int:
    """Days after which a backup in a folder is deleted: the fewer of the server's and the
    programme's."""
    return min(settings.backup_keep_days, retention().backups)


def contact_looks_a_day() -> int:
    """How many phones and e-mails an account looks at on one day without saying why."""
    facts = programme_facts()
    return facts.contact_looks_a_day if facts is not None else CONTACT_LOOKS.usual


def looks_from(kept: Mapping[str, Any] | None) -> int:
    """Looks at contacts in a day, by the settings; anything outside the bounds is as usual."""
    chosen = (kept or {}).get("looks_a_day")
    if isinstance(chosen, int) and CONTACT_LOOKS.least <= chosen <= CONTACT_LOOKS.most:
        return chosen
    return CONTACT_LOOKS.usual
