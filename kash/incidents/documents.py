"""The warning that is read to those who may be charged by "court or release", in every version that
was ever in use: files of `charge_words`, whose digests stand here. An answer keeps the version.
Papers for filing: the form for filing by hand (six boxes with the questions of the six screens),
and a leaflet that says what becomes of a report, both on A4. They name nobody's work: paper is
found by others. A paper set while somebody waits. The case file for a lawyer: what was chosen of
one case, marked with who printed it and when. It is made while the request waits, from memory to
memory: nothing of a case goes to a worker, and no copy is kept. Its properties are neutral. The
consent form on paper: what is read out, word for word, and lines to sign. Her first account for
somebody outside: its bytes as they came in, and a sheet that says what they are, in one archive.
Nothing in it is named after anybody. The custody sheet: hashes and steps of one piece of evidence
on paper, with lines to sign. It is made in the request. Typed words and names of people stand on it
only if they were asked for; else it has lines to write them on by hand. Label and notes stand on it
only where everybody in the case agreed that a paper for a court speaks of health."""

from __future__ import annotations

import hashlib
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import render_template, url_for
from flask_babel import gettext as _

from kash.incidents import filing_words, names, wording
from kash.incidents.consent_texts import VERSION as CONSENT_TEXTS_VERSION
from kash.incidents.consent_texts import text_of, unread
from kash.incidents.names import CUSTODY_NAMES, FILE_FAMILY_NAMES, SOURCE_NAMES
from kash.incidents.queries.cases import Case, KeptAccount
from kash.incidents.queries.letterbox import duty_number
from kash.incidents.queries.mediation import OpenEvidence
from kash.incidents.rules.case_file import CourtPaper, contents
from kash.incidents.rules.consents import PURPOSES
from kash.incidents.rules.filing import ACTS, code_as_shown
from kash.incidents.rules.parts import AccountGiven
from kash.incidents.rules.record import Record
from kash.incidents.rules.records import PARTY, everybody_may_be_told_of
from kash.incidents.wording import PLACE_NAMES, SEVEN_DAYS, told_at
from kash.people.words import phone_text
from kash.platform.cleaning import KINDS
from kash.platform.database import db
from kash.platform.press import PagedDocument, RenderLimits, document, qr_svg
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import date_text, moment_text
from kash.platform.web.language import language_code
from kash.platform.web.programme import LANGUAGES, brand, paper_wording
from kash.platform.web.public_address import public_address
from kash.policy import Actor

_WORDS = Path(__file__).with_name("charge_words")
DIGESTS: dict[str, str] = {
    "2026-1": "e9ecad3768cc77d5c409fcc809dda97a743a7cb3aa65b18d446a0081b693a887"
}
VERSION = "2026-1"


def words_of(version: str, content: bytes) -> dict[str, str]:
    """The warning in the file of a version, by language. Raises ValueError if it is not what
    the version's digest was taken of."""
    if hashlib.sha256(content).hexdigest() != DIGESTS[version]:
        raise ValueError(f"the warning {version} was changed: add a version")
    return {
        language: str(warning["words"])
        for language, warning in tomllib.loads(content.decode()).items()
    }


WARNINGS: dict[str, dict[str, str]] = {
    version: words_of(version, (_WORDS / f"{version}.toml").read_bytes()) for version in DIGESTS
}


def warning(version: str = VERSION) -> str:
    """The warning in the reader's language; in English where a version has no other."""
    spoken = WARNINGS[version]
    return spoken.get(language_code(), spoken["en"])


def paper_form(language: str) -> bytes:
    """The form as PDF, in the language that the page speaks. Raises RenderError."""
    return document(
        PagedDocument(
            html=paper_markup(),
            title=_("Form to fill in by hand"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    )


def paper_markup() -> str:
    """The form as the press takes it."""
    return render_template(
        "incidents/paper/filing.html",
        brand=brand(),
        words=filing_words,
        words_unread=unread(),
        seven_days=SEVEN_DAYS,
    )


def leaflet(language: str) -> bytes:
    """The leaflet as PDF, in the language that the page speaks. Raises RenderError."""
    return document(
        PagedDocument(
            html=leaflet_markup(),
            title=_("Before you tell"),
            language=language,
            page_count=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        )
    )


def card(language: str) -> bytes:
    """Wallet cards as PDF, ten on a sheet with marks to cut along: where help is found, and the
    programme's number. The programme's name is not on them. Raises RenderError."""
    html = render_template("incidents/paper/card.html", **_where_help_is())
    title = _("Help now")
    return document(
        PagedDocument(html=html, title=title, language=language, kind="cards", page_count="")
    )


def _where_help_is() -> dict[str, str]:
    address = public_address() + url_for("near.help_near")
    return {
        "picture": qr_svg(address, label=_("QR code")),
        "address": address.split("://", 1)[-1],
        "number": phone_text(duty_number()),
    }


def leaflet_markup() -> str:
    """The leaflet as the press takes it: the words of consent as they are read out, and what nobody
    can promise."""
    return render_template(
        "incidents/paper/leaflet.html",
        brand=brand(),
        words=filing_words,
        words_unread=unread(),
        keeping=wording,
        version=CONSENT_TEXTS_VERSION,
        **_where_help_is(),
    )


_LIMITS = RenderLimits(seconds=30.0)


def render_now(paged: PagedDocument) -> bytes:
    """The paper as PDF, from memory to memory. Raises RenderError."""
    # The press works for a while: the read transaction must not stay open meanwhile.
    db.session.rollback()
    return document(paged, _LIMITS)


FILE_NAME = "record.pdf"


@dataclass(frozen=True)
class FileChoice:
    """Choice that somebody made for the file. `identities` are opened names by persons' ids, where
    a custodian chose to show them."""

    persons: list[str]
    narrative: bool = False
    sources: bool = False
    terms: bool = False
    referrals: bool = False
    identities: dict[str, str] = field(default_factory=dict, repr=False)
    # What everybody in it was asked about.
    paper: CourtPaper | None = None


def case_file(
    case: Case,
    choice: FileChoice,
    printed_by: str,
    now: datetime,
    first: KeptAccount | None = None,
    hashes: Mapping[str, str] | None = None,
) -> bytes:
    """The file as PDF; nobody who did not agree is in it, whatever was chosen. Of the first account
    it says only that there is one, since when and its SHA-256; of evidence the `hashes`, by
    documents.

    Raises RenderError."""
    mark = _("Printed by %(name)s, %(when)s", name=printed_by, when=moment_text(now))
    file_contents = contents(case.record, choice.persons, with_narrative=choice.narrative)
    shown = {person.id for person in file_contents.persons}
    reference = code_as_shown(case.record.paper_reference)
    record = case.record
    # Who sent it from a phone is named on no paper.
    author = record.filing.author if record.filing.how != "phone" else ""
    people = account_names({author, record.verification.by} - {""})
    markup = render_template(
        "incidents/paper/case_file.html",
        reference=reference,
        record=case.record,
        first=first,
        hashes=hashes or {},
        author=people.get(author, ""),
        verified_by=people.get(record.verification.by, ""),
        told_at=told_at,
        file=file_contents,
        choice=choice,
        identities={key: name for key, name in choice.identities.items() if key in shown},
        mark=mark,
        organisation=brand(),
        codes=ACTS,
        places=PLACE_NAMES,
        names=names,
        called=_Labels(case.record, shown, {party.id for party in file_contents.parties}).of,
    )
    return render_now(
        PagedDocument(
            html=markup,
            # Says which paper it is by the day alone: what belongs to the vault is named nowhere.
            title=_("Record, printed on %(day)s", day=date_text(now)),
            language=language_code(),
            kind="plain",
            header_left=reference,
            header_right=_("Confidential"),
            footer_left=mark,
            page_count=_("Page {page} of {pages}"),
            watermark=mark,
        )
    )


class _Labels:
    """Labels of persons and parties in the file: who is not in it is called "another person"; of a
    party only a health worker is, since no other kind says anything of health."""

    def __init__(self, record: Record, shown: set[str], parties: set[str]) -> None:
        self._hidden = {
            party.id for party in record.parties if party.kind == PARTY and party.id not in parties
        }
        self._persons = record.codes
        self._parties = {
            party.id: f"{number} {names.PARTY_KIND_NAMES.get(party.kind, party.kind)}"
            for number, party in enumerate(record.parties, start=1)
        }
        self._shown = shown

    def of(self, key: str) -> str:
        if key in self._persons:
            return self._persons[key] if key in self._shown else _("another person")
        if key in self._hidden:
            return _("another person")
        return self._parties.get(key, "–")


def consent_paper(language: str) -> bytes:
    """The form as PDF, its words in a language; it names nobody. Raises RenderError."""
    return render_now(
        PagedDocument(
            html=consent_markup(language),
            title=_("What I agree to"),
            language=language,
            kind="names",
            footer_left=_("Keep this sheet locked away."),
        )
    )


def consent_markup(language: str) -> str:
    """The form as the press takes it."""
    return render_template(
        "incidents/paper/consents.html",
        texts=[text_of(purpose, CONSENT_TEXTS_VERSION, language) for purpose in PURPOSES],
        organisation=brand(),
        unread=unread(language),
    )


FIRST_ACCOUNT_FILE_NAME, SHEET_NAME = "record.zip", "sheet.pdf"
# When it was made stands on the sheet: an archive needs some moment.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def archive(record: Record, accounts: list[KeptAccount], given: AccountGiven) -> bytes:
    """The archive. Raises RenderError."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for number, account in enumerate(accounts, start=1):
            package.writestr(ZipInfo(f"{number}.json", _MOMENT), account.plaintext)
        package.writestr(ZipInfo(SHEET_NAME, _MOMENT), sheet(record, accounts, given))
    return file.getvalue()


def sheet(record: Record, accounts: list[KeptAccount], given: AccountGiven) -> bytes:
    """The sheet as PDF: hashes, who took the account, who interpreted, who gets it and why. Who
    sent it from a phone is named on no paper. Raises RenderError."""
    reference = code_as_shown(record.paper_reference)
    named = {account.account.kept_by for account in accounts} | {given.by}
    named |= {account.account.author for account in accounts if not _is_sent(account)}
    for account in accounts:
        named |= {key for taken in account.account.taken_out for key in (taken.by, taken.second)}
    markup = render_template(
        "incidents/paper/first_account.html",
        reference=reference,
        accounts=[(account, _is_sent(account), _taken(account, record)) for account in accounts],
        given=given,
        names=account_names(named - {""}),
        organisation=brand(),
    )
    return render_now(
        PagedDocument(
            html=markup,
            title=_("Sheet, printed on %(day)s", day=date_text(given.at)),
            language=language_code(),
            kind="plain",
            header_left=reference,
            header_right=_("Confidential"),
            page_count=_("Page {page} of {pages}"),
        )
    )


def _is_sent(one: KeptAccount) -> bool:
    return bool(one.account.screens) or one.account.how == "phone"


def _taken(one: KeptAccount, record: Record) -> Mapping[str, Any]:
    """How it was taken: as it stood then, or else as it was said since."""
    taking = one.account.taking if one.account.taking.is_said() else record.taking
    words = wording.INTERPRETER_NAMES
    return {
        "language": taking.language or LANGUAGES.get(one.account.language, one.account.language),
        "interpreter": words.get(taking.interpreter, taking.interpreter),
        "told_by": SOURCE_NAMES.get(taking.told_by, taking.told_by),
        "later": taking.is_said() and taking is record.taking,
    }


# Lines for steps that are still to come, written by hand.
BLANK_STEPS = 6


def custody_sheet(found: OpenEvidence, by: Actor, now: datetime, *, words: bool) -> bytes:
    """The sheet as PDF. Raises RenderError."""
    members = account_names({event.by for event in found.file.custody} | {by.public_id})
    number = f"{code_as_shown(found.case.record.paper_reference)} – {found.listed.number}"
    markup = render_template(
        "incidents/paper/custody.html",
        number=number,
        listed=found.listed,
        file=found.file,
        kinds=KINDS,
        families=FILE_FAMILY_NAMES,
        custody_names=CUSTODY_NAMES,
        members=members,
        words=words,
        # It goes to a court as the case file does: label and notes may tell of somebody's health.
        described=words and everybody_may_be_told_of(found.case.record),
        blank_steps=BLANK_STEPS,
        organisation=brand(),
        wording=paper_wording(),
    )
    printed = moment_text(now)
    if words:
        printed = _("Printed by %(name)s, %(time)s", name=members[by.public_id], time=printed)
    return document(
        PagedDocument(
            html=markup,
            title=_("Sheet, printed on %(day)s", day=date_text(now)),
            language=language_code(),
            header_right=number,
            footer_left=printed,
            page_count=_("Page {page} of {pages}"),
        )
    )
