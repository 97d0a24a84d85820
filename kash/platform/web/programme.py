"""Choices of the programme: its name, languages, paper and how long things are kept."""

from __future__ import annotations

import base64
import io
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

import segno
from flask import Flask, current_app, g
from flask_babel import gettext as _

from kash.platform import storage
from kash.settings import Settings

# Each kind of paper on which the logo may stand. Nowhere unless it was chosen.
PAPER_KINDS = ("certificates", "minutes", "registers", "consents")
MOST_SIGNERS = 3


@dataclass(frozen=True)
class PaperSigner:
    """A line to sign on: a name, if it is always the same one, and what she signs as."""

    name: str = ""
    title: str = ""


@dataclass(frozen=True)
class PaperWording:
    """Words on paper; whatever is empty goes by its usual word.

    `certificate_signers` are the lead trainer, the approver, and a third if one is set;
    `minutes_signers` are titles only. `logo` is a key of the file store.
    """

    address: str = ""
    footer: str = ""
    certificate_signers: tuple[PaperSigner, ...] = ()
    minutes_signers: tuple[str, ...] = ()
    logo: str = ""
    logo_on: frozenset[str] = frozenset()

    @property
    def address_lines(self) -> list[str]:
        """The address, line by line."""
        return [line.strip() for line in self.address.splitlines() if line.strip()]

    def signer(self, place: int) -> PaperSigner:
        """Signer that is set for a place among those who sign certificates; empty if none is."""
        signers = self.certificate_signers
        return signers[place] if place < len(signers) else PaperSigner()


def paper_from(kept: Mapping[str, Any] | None) -> PaperWording:
    """Wording on paper, from the programme's settings."""
    chosen = kept or {}
    return PaperWording(
        address=str(chosen.get("address", "")),
        footer=str(chosen.get("footer", "")),
        certificate_signers=tuple(
            PaperSigner(str(name), str(title))
            for name, title in chosen.get("certificate_signers", ())
        )[:MOST_SIGNERS],
        minutes_signers=tuple(str(title) for title in chosen.get("minutes_signers", ()))[
            :MOST_SIGNERS
        ],
        logo=str(chosen.get("logo", "")),
        logo_on=frozenset(chosen.get("logo_on", ())) & frozenset(PAPER_KINDS),
    )


def logo_address(wording: PaperWording, kind: str) -> str:
    """The logo as a `data:` address for a kind of paper; empty where it is not wanted."""
    return picture_address(wording) if kind in wording.logo_on else ""


def picture_address(wording: PaperWording) -> str:
    """The logo as a `data:` address, wherever it is wanted; empty if there is none any more."""
    if not wording.logo:
        return ""
    try:
        content = storage.get(wording.logo)
    except storage.StorageError:
        # Paper without its picture is better than none.
        return ""
    return "data:image/png;base64," + b64encode(content).decode("ascii")


@dataclass(frozen=True)
class Bounds:
    """The least and the most that may be chosen, in `unit` ("hours", "days" or "years")."""

    usual: int
    least: int
    most: int
    unit: str


BOUNDS: Mapping[str, Bounds] = {
    "ended_sessions": Bounds(30, 7, 365, "days"),
    "job_results": Bounds(24, 1, 72, "hours"),
    "job_rows": Bounds(30, 7, 90, "days"),
    "import_originals": Bounds(24, 1, 72, "hours"),
    "merge_undo": Bounds(24, 1, 168, "hours"),
    "own_words": Bounds(365, 30, 3650, "days"),
    "backups": Bounds(30, 7, 3650, "days"),
    "trainer_notes": Bounds(2, 1, 10, "years"),
    "idle_people": Bounds(5, 1, 20, "years"),
    "erasure_answer": Bounds(7, 1, 30, "days"),
}


@dataclass(frozen=True)
class Retention:
    """Retention as a programme chose it; units as in `BOUNDS`. `backups` is the age at which
    the command deletes one, `idle_people` after how many quiet years a person comes up for
    review. `erasure_answer` is within how many
    days a person who asks to be erased must have an answer."""

    ended_sessions: int = BOUNDS["ended_sessions"].usual
    job_results: int = BOUNDS["job_results"].usual
    job_rows: int = BOUNDS["job_rows"].usual
    import_originals: int = BOUNDS["import_originals"].usual
    merge_undo: int = BOUNDS["merge_undo"].usual
    own_words: int = BOUNDS["own_words"].usual
    backups: int = BOUNDS["backups"].usual
    trainer_notes: int = BOUNDS["trainer_notes"].usual
    idle_people: int = BOUNDS["idle_people"].usual
    erasure_answer: int = BOUNDS["erasure_answer"].usual

    def span(self, name: str) -> timedelta:
        """How long `name` is kept. A year counts as 365 days and a quarter."""
        amount, unit = getattr(self, name), BOUNDS[name].unit
        if unit == "hours":
            return timedelta(hours=amount)
        return timedelta(days=amount * (1 if unit == "days" else 365.25))


def retention_from(kept: Mapping[str, Any] | None) -> Retention:
    """Retention from the programme's settings; anything outside its bounds is as usual."""
    chosen = {}
    for days in fields(Retention):
        bounds = BOUNDS[days.name]
        value = (kept or {}).get(days.name)
        if isinstance(value, int) and bounds.least <= value <= bounds.most:
            chosen[days.name] = value
    return Retention(**chosen)


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
    local or unprotected address that somebody said yes to, `off` what it doesn't use of `CHOICES`,
    and `choices_proposed_by` the account that proposed to change that."""

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
    off: frozenset[str] = frozenset()
    choices_proposed_by: str = ""


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


def choices_off() -> frozenset[str]:
    """Choices that the programme does not use; nothing before it is set up."""
    facts = programme_facts()
    return facts.off if facts is not None else frozenset()


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


def qr_picture(address: str) -> str:
    """An address as a picture to be scanned: the source of an image."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=4, light="#fff")
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
