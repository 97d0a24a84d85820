"""The case file for a lawyer: what was chosen of one case, marked with who printed it and when.

It is made while the request waits, from memory to memory: nothing of a case goes to a worker, and
no copy is kept. Its properties are neutral.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import render_template
from flask_babel import gettext as _

from kash.incidents import names
from kash.incidents.documents.rendering import render_now
from kash.incidents.money_words import PLACE_NAMES
from kash.incidents.queries.cases import Case
from kash.incidents.queries.history import KeptAccount
from kash.incidents.rules.acts import ACTS
from kash.incidents.rules.asked_again import CourtPaper
from kash.incidents.rules.case_file import contents
from kash.incidents.rules.filing import code_as_shown
from kash.incidents.rules.health import PARTY
from kash.incidents.rules.record import Record
from kash.incidents.wording import told_at
from kash.platform.press import PagedDocument
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import date_text, moment_text
from kash.platform.web.language import brand, language_code

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
    """The file as PDF; whoever did not agree is not in it, whatever was chosen. Of the first
    account it says only that there is one, since when and its SHA-256; of evidence the `hashes`, by
    documents.

    Raises RenderError.
    """
    mark = _("Printed by %(name)s, %(when)s", name=printed_by, when=moment_text(now))
    held = contents(case.record, choice.persons, with_narrative=choice.narrative)
    shown = {one.id for one in held.persons}
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
        file=held,
        choice=choice,
        identities={key: name for key, name in choice.identities.items() if key in shown},
        mark=mark,
        organisation=brand(),
        codes=ACTS,
        places=PLACE_NAMES,
        names=names,
        called=_Labels(case.record, shown, {one.id for one in held.parties}).of,
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
            one.id for one in record.parties if one.kind == PARTY and one.id not in parties
        }
        self._persons = {one.id: one.code for one in record.persons}
        self._parties = {
            one.id: f"{number} {names.PARTY_KIND_NAMES.get(one.kind, one.kind)}"
            for number, one in enumerate(record.parties, start=1)
        }
        self._shown = shown

    def of(self, key: str) -> str:
        if key in self._persons:
            return self._persons[key] if key in self._shown else _("another person")
        if key in self._hidden:
            return _("another person")
        return self._parties.get(key, "–")
