"""Every paper that the programme makes can be read aloud: two checkers find nothing wrong with it.

Each function of the application that has the press make paper stands in `PAPERS`, with a paper of
the sample that it made.
"""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

import kash
from kash.attendance.documents import badges_pdf
from kash.certificates import documents as certificates
from kash.certificates import previews
from kash.certificates.models import CertificateBatch
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.designs import content_from
from kash.coverage.documents import coverage_paper
from kash.coverage.queries.figures import coverage_of
from kash.coverage.queries.goals import goal_of, latest_goal
from kash.coverage.queries.subjects import subjects
from kash.forums.agenda_pack import agenda_pack
from kash.forums.models import Forum, Meeting
from kash.forums.queries.actions import all_actions
from kash.forums.queries.year import meetings_in_year, years_of
from kash.forums.year_paper import actions_paper, attendance_paper
from kash.funder_reports.documents import report_paper
from kash.funder_reports.models import FunderReport
from kash.incidents.documents.case_file import FileChoice, case_file
from kash.incidents.documents.consents import consent_paper
from kash.incidents.documents.filing import leaflet, paper_form
from kash.incidents.documents.first_account import sheet
from kash.incidents.evidence_sheet import custody_sheet
from kash.incidents.queries.history import KeptAccount
from kash.incidents.rules.evidence import CustodyEvent, EvidenceFile, StoredCopy
from kash.incidents.rules.first_account import FirstAccount
from kash.incidents.rules.parts import AccountGiven, TakenOut
from kash.indicators.asked import FiguresAsked
from kash.indicators.queries.lines import indicator_lines
from kash.indicators.rules.keys import IndicatorKey
from kash.indicators.rules.periods import quarter_holding
from kash.invitations.documents import letter_to_commander
from kash.invitations.models import SignUpLink
from kash.members.documents import recovery_sheet
from kash.overview.documents import plan_paper
from kash.overview.queries.plan import plan_of
from kash.payouts.documents import payment_list
from kash.payouts.models import PaymentSheet, PayoutList
from kash.payouts.queries.lists import lines_of
from kash.people.documents import consents, directory
from kash.people.models import Group, Person, ServiceEntry
from kash.platform.database import db, utc_now
from kash.platform.jobs import SILENT
from kash.platform.web.formats import local_today
from kash.policy import Actor, Role
from kash.releases.documents.leaflet import rule_leaflet
from kash.tracks.documents import checklist_sheet
from kash.tracks.models import TrackVersion
from kash.training.documents import guide, handout
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop
from tests.incidents.test_case_file import a_record, agreed
from tests.platform.press.hearing import faults
from tests.sample import Sample

_MAKERS = {
    *("document", "register", "badges", "cards", "print_file", "print_pieces", "render_now"),
    *("single_files", "zip_file", "zip_file_pieces"),
}
_SOURCES = {"kash.platform.press", "kash.incidents.documents.rendering"}


def _written(name: str) -> Callable[[Sample], bytes]:
    return lambda sample: (sample.folder / name).read_bytes()


def _one_of_the_zip(sample: Sample) -> bytes:
    with zipfile.ZipFile(io.BytesIO((sample.folder / "certificates.zip").read_bytes())) as kept:
        return kept.read(kept.namelist()[0])


def _batch() -> CertificateBatch:
    return db.session.scalars(
        select(CertificateBatch)
        .where(CertificateBatch.state == "issued")
        .order_by(CertificateBatch.id.desc())
        .limit(1)
    ).one()


def _void(_sample: Sample) -> bytes:
    batch = _batch()
    return certificates.preview(batch, batch.certificates[:1])


def _name_sheet(_sample: Sample) -> bytes:
    found = _batch().workshop
    people = [one for one in candidates(found) if one.group_letter == "B"]
    return certificates.name_sheet(found, people, "B", "sw")


def _design_preview(_sample: Sample) -> bytes:
    version = _batch().design_version
    return previews.preview(
        content_from(version.content), "Zawadi Sampuli", design_id=version.design_id, language="sw"
    )


def _badges(_sample: Sample) -> bytes:
    found = _batch().workshop
    return badges_pdf(found.register_id, found.version.public_title)


def _case_file(_sample: Sample) -> bytes:
    record = a_record()
    record.consents = [agreed()]
    record.paper_reference = "7KM2QX4T"
    case: Any = SimpleNamespace(record=record)
    choice = FileChoice(["p1", "p2"], narrative=True, sources=True, terms=True, referrals=True)
    return case_file(case, choice, "Amani Mfano", utc_now())


def _custody_sheet(_sample: Sample) -> bytes:
    record = a_record()
    record.paper_reference = "7KM2QX4T"
    copy = StoredCopy(code="jpeg", size=12_000, sha256="5f" * 32)
    step = CustodyEvent(what="added", by="x" * 16, at=utc_now(), who="Amani Mfano")
    found: Any = SimpleNamespace(
        case=SimpleNamespace(record=record),
        listed=SimpleNamespace(number=1),
        file=EvidenceFile(label="A photo", note="Of the gate", original=copy, custody=[step]),
    )
    return custody_sheet(found, Actor("x" * 16), utc_now(), words=False)


def _first_account(_sample: Sample) -> bytes:
    record = a_record()
    record.paper_reference = "7KM2QX4T"
    gone = TakenOut(
        at=utc_now(), by="x" * 16, second="y" * 16, reason="A name", sha256="4c" * 32, size=900
    )
    account = FirstAccount(author="x" * 16, kept_at=utc_now(), written="{}", taken_out=[gone])
    given = AccountGiven(at=utc_now(), by="x" * 16, who="Mfano Lawyers", reason="Petition 12")
    return sheet(record, [KeptAccount(account, "5f" * 32, b"{}")], given)


def _payment_list(_sample: Sample) -> bytes:
    sheet = db.session.scalars(select(PaymentSheet).order_by(PaymentSheet.id).limit(1)).one()
    one = db.session.get_one(PayoutList, sheet.list_id)
    found = db.session.get_one(Workshop, one.workshop_id)
    return payment_list(found, one, sheet, lines_of(one, sheet.letter), "en")


def _consent_form(_sample: Sample) -> bytes:
    return consents.consent_form(db.session.scalars(select(Person).limit(1)).one())


def _consent_forms(_sample: Sample) -> bytes:
    people = list(db.session.scalars(select(Person.public_id).limit(4)))
    return consents.make_consent_forms(SILENT, people=people).whole()


def _coverage(_sample: Sample) -> bytes:
    police = db.session.scalars(select(Group).where(Group.is_police)).one()
    subject, today = subjects()[0], local_today()
    figures = coverage_of(subject, police, goal_of(latest_goal()), today)
    return coverage_paper(figures, subject, language="sw", today=today)


def _checklist(_sample: Sample) -> bytes:
    version = db.session.scalars(
        select(TrackVersion).where(TrackVersion.state == "published").order_by(TrackVersion.id)
    ).first()
    assert version is not None
    return checklist_sheet(version.track, version)


def _letter(_sample: Sample) -> bytes:
    link = db.session.scalars(select(SignUpLink).where(SignUpLink.kind == "quota").limit(1)).one()
    return letter_to_commander(link.workshop, link, language="sw")


def _services() -> list[ServiceEntry]:
    return list(db.session.scalars(select(ServiceEntry).order_by(ServiceEntry.id)))


def _published() -> CourseVersion:
    published = select(CourseVersion).where(CourseVersion.state == "published")
    return db.session.scalars(published.order_by(CourseVersion.id).limit(1)).one()


def _agenda_without_papers(_sample: Sample) -> bytes:
    """Papers that others made, which a pack joins to its own pages, are read as they are."""
    held = db.session.scalars(select(Meeting).order_by(Meeting.starts_at).limit(1)).one()
    return agenda_pack(held.forum, held, utc_now())


def _attendance_of_the_year(_sample: Sample) -> bytes:
    found = db.session.scalars(select(Forum).order_by(Forum.id).limit(1)).one()
    year = years_of(found)[0]
    return attendance_paper(found, year, meetings_in_year(found, year), utc_now())


def _register_of_actions(_sample: Sample) -> bytes:
    found = db.session.scalars(select(Forum).order_by(Forum.id).limit(1)).one()
    lines = all_actions(found, Actor("0" * 16, frozenset({Role.DIRECTOR})), local_today())
    return actions_paper(found, lines, utc_now())


def _funder_report(_sample: Sample) -> bytes:
    return report_paper(db.session.scalars(select(FunderReport).limit(1)).one())


def _plan_of_quarter(_sample: Sample) -> bytes:
    asked = FiguresAsked(quarter_holding(local_today()), None)
    director = Actor("0" * 16, frozenset({Role.DIRECTOR}))
    lines = indicator_lines((IndicatorKey.COMPLETED,), asked.period)
    return plan_paper(asked, plan_of(asked.period, None, director), lines, "en")


PAPERS: dict[str, Callable[[Sample], bytes]] = {
    "funder_reports.documents.report_paper": _funder_report,
    "overview.documents.plan_paper": _plan_of_quarter,
    "attendance.documents.register_pdf": _written("register.pdf"),
    "attendance.documents.badges_pdf": _badges,
    "assessments.sheets.drawing.answer_sheets": _written("answer-sheets.pdf"),
    "certificates.documents.make_print_file": _written("certificates.pdf"),
    "certificates.documents.make_zip_file": _one_of_the_zip,
    "certificates.documents.make_cards": lambda _sample: certificates.make_cards(
        SILENT, batch=_batch().public_id
    ).whole(),
    "certificates.documents.single_certificate": lambda _sample: certificates.single_certificate(
        _batch().certificates[0]
    ),
    "certificates.documents.preview": _void,
    "certificates.documents.name_sheet": _name_sheet,
    "certificates.previews.preview": _design_preview,
    "coverage.documents.coverage_paper": _coverage,
    "forums.agenda_pack.agenda_pack": _agenda_without_papers,
    "forums.documents.minutes_paper": _written("minutes.pdf"),
    "forums.year_paper.actions_paper": _register_of_actions,
    "forums.year_paper.attendance_paper": _attendance_of_the_year,
    "incidents.documents.case_file.case_file": _case_file,
    "incidents.documents.consents.consent_paper": lambda _sample: consent_paper("en"),
    "incidents.documents.first_account.sheet": _first_account,
    "incidents.documents.filing.leaflet": lambda _sample: leaflet("en"),
    "incidents.documents.filing.paper_form": lambda _sample: paper_form("en"),
    "incidents.evidence_sheet.custody_sheet": _custody_sheet,
    "invitations.documents.letter_to_commander": _letter,
    "members.documents.recovery_sheet": lambda _sample: recovery_sheet("-".join(["4RT2"] * 12)),
    "payouts.documents.payment_list": _payment_list,
    "people.documents.consents.consent_form": _consent_form,
    "people.documents.consents.make_consent_forms": _consent_forms,
    "people.documents.directory.cards": lambda _sample: directory.cards(
        _services(), language="sw", sheets=1, with_qr=True
    ),
    "people.documents.directory.service_list": lambda _sample: directory.service_list(
        _services(), language="en", today=date(2026, 11, 27)
    ),
    "releases.documents.leaflet.rule_leaflet": lambda _sample: rule_leaflet("sw"),
    "reports.documents.workshop_report": _written("report-programme.pdf"),
    "tracks.documents.checklist_sheet": _checklist,
    "training.documents.guide": lambda _sample: guide(_published(), with_notes=True),
    "training.documents.handout": lambda _sample: handout(_published()),
}
# The first two have their paper made by others of the list; the third is drawn as a picture; the
# fourth is a file of the sample itself.
_NO_PAPER = {
    "incidents.documents.rendering.render_now",
    "incidents.documents.first_account.archive",
    "certificates.previews.kept_picture",
    "demo.acts.attach_handout",
}


def _makers_of_paper() -> Iterator[str]:
    """The functions of the application that have the press make paper; of one that is private,
    those that call it."""
    top = Path(kash.__file__).parent
    for path in top.rglob("*.py"):
        room = ".".join(path.relative_to(top).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            name.name
            for one in ast.walk(tree)
            if isinstance(one, ast.ImportFrom) and one.module in _SOURCES
            for name in one.names
        }
        wanted = imported & _MAKERS
        functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
        found: set[str] = set()
        while wanted and not room.startswith("platform.press."):
            more = {one.name for one in functions if _called(one) & (wanted | found)}
            if more <= found:
                break
            found |= more
        yield from (f"{room}.{name}" for name in found if not name.startswith("_"))


def _called(function: ast.FunctionDef) -> set[str]:
    return {
        one.func.id
        for one in ast.walk(function)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
    }


def test_no_paper_is_made_that_nobody_tried_to_read() -> None:
    assert set(_makers_of_paper()) - _NO_PAPER == set(PAPERS)


@pytest.fixture
def made(sample: Sample, request: pytest.FixtureRequest) -> Iterator[bytes]:
    """One kind of paper of the sample."""
    with sample.app.test_request_context():
        yield PAPERS[request.param](sample)
        db.session.remove()


@pytest.mark.parametrize("made", sorted(PAPERS), indirect=True)
def test_whoever_cannot_see_a_paper_can_have_it_read_to_her(made: bytes) -> None:
    assert faults(made) == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.open_metadata()["pdfuaid:part"]) == "1"
        # Which paper it is, in more than a word.
        assert len(str(pdf.docinfo["/Title"]).split()) > 1
