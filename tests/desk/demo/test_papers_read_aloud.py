"""Every paper that the programme makes can be read aloud: two checkers find nothing wrong with it.

Each function of the application that has the press make paper stands in `PAPERS`, with a paper of
the sample that it made.
"""

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
from kash.accounts.members.views import recovery_sheet
from kash.attendance.documents import badges_pdf
from kash.certificates import documents as certificates
from kash.certificates.coverage.queries import coverage_of, goal_of, latest_goal, subjects
from kash.certificates.coverage.services import coverage_paper
from kash.certificates.models import CertificateBatch
from kash.certificates.queries.designs import designs_on_offer
from kash.certificates.queries.issuing import candidates
from kash.certificates.rules.designs import content_from
from kash.certificates.tracks.models import TrackVersion
from kash.certificates.tracks.views.tracks import checklist_sheet
from kash.certificates.views import designs as previews
from kash.exchange.funder_reports.models import FunderReport
from kash.exchange.funder_reports.services import report_paper
from kash.exchange.overview.queries import plan_of
from kash.exchange.overview.views import plan_paper
from kash.figures.indicators.forms import FiguresAsked
from kash.figures.indicators.queries.figures import indicator_lines
from kash.figures.indicators.rules import IndicatorKey, quarter_holding
from kash.figures.releases.services import rule_leaflet
from kash.forums.documents import actions_paper, agenda_pack, attendance_paper
from kash.forums.models import Forum, Meeting
from kash.forums.queries.decisions import all_actions
from kash.forums.queries.minutes import meetings_in_year, years_of
from kash.incidents.documents import (
    FileChoice,
    card,
    case_file,
    consent_paper,
    custody_sheet,
    leaflet,
    paper_form,
    sheet,
)
from kash.incidents.queries.cases import KeptAccount
from kash.incidents.rules.filing import FirstAccount
from kash.incidents.rules.parts import AccountGiven, CustodyEvent, StoredCopy, TakenOut
from kash.incidents.rules.totals import EvidenceFile
from kash.money.payouts.documents import payment_list
from kash.money.payouts.models import PaymentSheet, PayoutList
from kash.money.payouts.queries.payments import lines_of
from kash.people import documents as consents
from kash.people.models import Group, Person, ServiceEntry
from kash.platform.database import db, utc_now
from kash.platform.jobs import SILENT
from kash.platform.web.formats import local_today
from kash.policy import Actor, Role
from kash.training.documents import guide, handout
from kash.training.models import CourseVersion
from kash.workshops.invitations.models import SignUpLink
from kash.workshops.invitations.services import letter_to_commander
from kash.workshops.models import Workshop
from tests.incidents.test_case_file import a_record, agreed
from tests.platform.press.hearing import faults
from tests.sample import Sample

_MAKERS = {
    *("document", "register", "badges", "cards", "print_file", "print_pieces", "render_now"),
    *("single_files", "zip_file", "zip_file_pieces"),
}
_SOURCES = {"kash.platform.press", "kash.incidents.documents"}


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


def _specimen(_sample: Sample) -> bytes:
    workshop = db.session.scalars(select(Workshop).order_by(Workshop.id).limit(1)).one()
    return certificates.specimen(workshop, designs_on_offer()[0].public_id)


PAPERS: dict[str, Callable[[Sample], bytes]] = {
    "certificates.documents.specimen": _specimen,
    "exchange.funder_reports.services.report_paper": _funder_report,
    "exchange.overview.views.plan_paper": _plan_of_quarter,
    "attendance.documents.register_pdf": _written("register.pdf"),
    "attendance.documents.badges_pdf": _badges,
    "assessments.sheets.markup.answer_sheets": _written("answer-sheets.pdf"),
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
    "certificates.views.designs.preview": _design_preview,
    "certificates.coverage.services.coverage_paper": _coverage,
    "forums.documents.agenda_pack": _agenda_without_papers,
    "forums.documents.minutes_paper": _written("minutes.pdf"),
    "forums.documents.actions_paper": _register_of_actions,
    "forums.documents.attendance_paper": _attendance_of_the_year,
    "incidents.documents.case_file": _case_file,
    "incidents.documents.consent_paper": lambda _sample: consent_paper("en"),
    "incidents.documents.sheet": _first_account,
    "incidents.documents.leaflet": lambda _sample: leaflet("en"),
    "incidents.documents.card": lambda _sample: card("en"),
    "incidents.documents.paper_form": lambda _sample: paper_form("en"),
    "incidents.documents.custody_sheet": _custody_sheet,
    "workshops.invitations.services.letter_to_commander": _letter,
    "accounts.members.views.recovery_sheet": lambda _sample: recovery_sheet(
        "-".join(["4RT2"] * 12)
    ),
    "money.payouts.documents.payment_list": _payment_list,
    "people.documents.consent_form": _consent_form,
    "people.documents.make_consent_forms": _consent_forms,
    "people.documents.cards": lambda _sample: consents.cards(
        _services(), language="sw", sheets=1, with_qr=True
    ),
    "people.documents.service_list": lambda _sample: consents.service_list(
        _services(), language="en", today=date(2026, 11, 27)
    ),
    "figures.releases.services.rule_leaflet": lambda _sample: rule_leaflet("sw"),
    "assessments.reports.views.workshop_report": _written("report-programme.pdf"),
    "certificates.tracks.views.tracks.checklist_sheet": _checklist,
    "training.documents.guide": lambda _sample: guide(_published(), with_notes=True),
    "training.documents.handout": lambda _sample: handout(_published()),
}
# The first two have their paper made by others of the list; those of designs are drawn as pictures;
# the last is a file of the sample itself.
_NO_PAPER = {
    "incidents.documents.render_now",
    "incidents.documents.archive",
    "certificates.views.designs.kept_picture",
    "certificates.views.designs.design_picture",
    "certificates.views.designs.preview_design",
    "desk.demo.acts.attach_handout",
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
            onward = {n for n in found if n.startswith("_") or f"{room}.{n}" in _NO_PAPER}
            more = {one.name for one in functions if _called(one) & (wanted | onward)}
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


def test_no_paper_is_made_that_nobody_tried_to_read():
    assert set(_makers_of_paper()) - _NO_PAPER == set(PAPERS)


@pytest.fixture
def made(sample, request):
    """One kind of paper of the sample."""
    with sample.app.test_request_context():
        yield PAPERS[request.param](sample)
        db.session.remove()


@pytest.mark.parametrize("made", sorted(PAPERS), indirect=True)
def test_whoever_cannot_see_a_paper_can_have_it_read_to_her(made):
    assert faults(made) == []
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.open_metadata()["pdfuaid:part"]) == "1"
        # Which paper it is, in more than a word.
        assert len(str(pdf.docinfo["/Title"]).split()) > 1
