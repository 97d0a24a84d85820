"""Papers of a version: the guide as a book, and the hand-out."""

import io
import re
from datetime import date

import pikepdf
import pypdfium2
import pytest

from kash.platform.database import new_public_id
from kash.platform.press import PagedDocument
from kash.platform.web.programme import brand
from kash.policy import SYSTEM
from kash.training import documents
from kash.training.queries import version_with_plans
from kash.training.rules.courses import (
    KINDS,
    MODULE,
    PLAN,
    PLAN_ROWS,
    VERSION,
    CourseNode,
    Field,
    FieldKind,
    Value,
)
from kash.training.services.course_files import fill_draft, translate
from kash.training.services.courses import add_course

CHECKED = date(2026, 11, 3)


def word(kind: str, field: Field) -> str:
    """A word for a field that stands in no other."""
    return f"X{kind}-{field.name}X".replace("_", "-")


def sample_value(kind: str, field: Field) -> Value:
    if field.kind is FieldKind.CHOICE:
        return next(iter(field.choices))
    if field.kind is FieldKind.DAY:
        return CHECKED
    if field.kind is FieldKind.FILE:
        return ""
    return field.least if field.kind is FieldKind.NUMBER else word(kind, field)


def node(kind: str, *children: CourseNode, **given: Value) -> CourseNode:
    fields = {field.name: sample_value(kind, field) for field in KINDS[kind]} | given
    lineage = "" if kind == VERSION.name else new_public_id()
    return CourseNode(kind, lineage, fields, children=children)


def session(**given: Value) -> CourseNode:
    return node(PLAN.name, *(node(kind.name) for kind in PLAN_ROWS), **given)


def written(*sessions: CourseNode) -> str:
    """A draft in English with these sessions; its public id."""
    _course, version = add_course(
        "Papers", "Everyone", "Basic", public_title="X", language="en", by=SYSTEM
    )
    fill_draft(version, node(VERSION.name, node(MODULE.name, *sessions)), by=SYSTEM)
    return version


@pytest.fixture
def asked(monkeypatch):
    """All that the press is asked for; it makes nothing."""
    papers: list[PagedDocument] = []
    monkeypatch.setattr(documents, "document", lambda paged: papers.append(paged) or b"")
    return papers


def words_in(paged: PagedDocument) -> set[str]:
    return set(re.findall(r"X[\w-]+X", paged.html))


def words_of(shown: bool) -> set[str]:
    """Those of all fields, or of those only that are shown to whoever does not teach."""
    return {
        word(kind.name, field)
        for kind in KINDS.values()
        for field in kind
        if field.kind in (FieldKind.LINE, FieldKind.TEXT)
        and ((field.shown and not kind.only_teaching) or not shown)
    }


def test_a_facilitator_reads_every_field_and_a_participant_those_that_are_shown(app, asked):
    with app.test_request_context():
        version = version_with_plans(written(session()))
        documents.guide(version, with_notes=True)
        documents.guide(version, with_notes=False)
    whole, course = asked
    assert words_in(whole) == words_of(shown=False)
    assert words_in(course) == words_of(shown=True)
    assert "checked by counsel on 3 Nov 2026" in whole.html
    assert ("Leave out" in whole.html, "Leave out" in course.html) == (False, False)


def test_a_handout_holds_messages_and_legal_points_and_no_name_of_the_programme(app, asked):
    with app.test_request_context():
        bare = node(PLAN.name, title="XbareX")
        documents.handout(version_with_plans(written(session(), bare)))
        ours = brand()
    (paged,) = asked
    assert words_in(paged) == {
        word(VERSION.name, VERSION["public_title"]),
        word(PLAN.name, PLAN["title"]),
        "Xkey-message-textX",
        "Xlegal-point-textX",
        "Xlegal-point-sourceX",
    }
    assert ours not in paged.html
    assert (paged.title, paged.header_left, paged.header_right) == ("Hand-out, version 1", "", "")


def test_each_session_begins_on_a_left_page_of_a_book_in_the_language_of_its_readers(app):
    steps = [node("step", to_do="Talk. " * 1300, minutes=5, rank="may"), node("step")]
    long = node(PLAN.name, *steps, title="XlongX", minutes=45)
    with app.test_request_context():
        source = written(session(), long, session(title="XlastX"), node(PLAN.name, title="XbareX"))
        translation = translate(source, "sw", SYSTEM)
        made = documents.guide(version_with_plans(translation), with_notes=True)
    read = pypdfium2.PdfDocument(made)
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in read]
    begins = {
        name: next(at for at, page in enumerate(pages[2:], 3) if re.search(rf"1\.\d {name}", page))
        for name in ("Xplan-titleX", "XlongX", "XlastX", "XbareX")
    }
    assert begins == {"Xplan-titleX": 4, "XlongX": 6, "XlastX": 12, "XbareX": 14}
    for name, page in begins.items():
        assert re.search(rf"{name} \d+ {page}\b", pages[1])
    # From outside nobody sees who is taught.
    assert ["Xversion-summaryX" in page for page in pages[:2]] == [False, True]
    assert sum(page.count("Talk.") for page in pages) == 1300
    assert ["Muda ukiwa mfupi" in page for page in pages] == [page == 10 for page in range(1, 17)]
    assert (pages[4].count("Xstep-to-sayX"), pages[12].count("Xstep-to-sayX")) == (1, 1)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.Root.Lang) == "sw"
        lent = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        assert "en" in {str(one.get("/Lang")) for one in lent}


def test_a_handout_is_asked_for_where_there_is_something_to_hand_out(sign_in, draft):
    browser = sign_in("trainer")
    path = f"/courses/versions/{draft.version}"
    assert browser.get(f"{path}/handout.pdf").location == path
    assert "No session has a key message" in browser.get(path).text
    version = written(session())
    answer = browser.get(f"/courses/versions/{version}/handout.pdf")
    assert answer.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Hand-out, version 1"
