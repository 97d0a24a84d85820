"""Files of materials: cleaned, kept once, carried along, printed, and deleted."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest

from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.policy import SYSTEM
from kash.training import documents
from kash.training.course_files import course_file
from kash.training.material_files import MaterialProblem, cleaned_material, content_of, files_of
from kash.training.models import Course, CourseVersion, MaterialFile, PlanRow
from kash.training.queries import version_with_plans
from kash.training.rules.course_files import (
    MOST_FILE_BYTES,
    UnreadableFile,
    read_file,
    without_contents,
)
from kash.training.services.course_files import (
    BringingDecisions,
    attach_file,
    bring_course,
    delete_unused_files,
    keep_carried,
    remove_file,
    start_version,
    translate,
)
from kash.training.services.courses import NotADraft, propose, publish
from tests.platform.cleaning import samples
from tests.refusals import refuses
from tests.training.conftest import ANOTHER
from tests.training.test_course_file import faults, file_of, plain, plan


@pytest.fixture
def material(draft):
    """A material of the draft that goes home: version, plan and row."""
    session = draft.now().modules[0].plans[0]
    row = PlanRow(plan_id=session.id, kind="material", position=1, text="Cards", used="home")
    db.session.add(row)
    db.session.commit()
    found = (draft.version, session.public_id, row.public_id)
    db.session.rollback()
    return found


def keys() -> list[str]:
    """The file of each material, in all versions."""
    db.session.rollback()
    return [row.file for row in db.session.query(PlanRow).filter_by(kind="material")]


def stored() -> int:
    db.session.rollback()
    assert len(list(storage.list("materials"))) == db.session.query(MaterialFile).count()
    return db.session.query(MaterialFile).count()


def later(days: int = 2) -> int:
    """What the chore deletes some days from now."""
    return delete_unused_files(utc_now() + timedelta(days=days))


def pages(content: bytes) -> int:
    return len(pypdfium2.PdfDocument(content))


def test_a_file_is_kept_cleaned_and_once_whatever_versions_have_it(
    both_engines_app, material, draft
):
    attach_file(*material, samples.pdf(), by=SYSTEM)
    (key,) = keys()
    (file,) = files_of([key]).values()
    content = content_of(file)
    assert (file.kind, file.size) == ("pdf", len(content))
    assert samples.PLANTED.encode() not in content
    assert hashlib.sha256(content).hexdigest() == file.sha256
    db.session.rollback()
    propose(draft.version, SYSTEM)
    publish(draft.version, ANOTHER)
    copied = start_version(draft.course, "en", SYSTEM)
    translate(copied, "sw", SYSTEM)
    assert (keys(), stored()) == ([key] * 3, 1)
    with pytest.raises(NotADraft):
        attach_file(*material, samples.pdf(), by=SYSTEM)
    with pytest.raises(NotADraft):
        remove_file(*material, by=SYSTEM)


def test_a_file_that_no_version_has_any_more_is_deleted_a_day_later_and_no_other(
    both_engines_app, material
):
    attach_file(*material, samples.png(), by=SYSTEM)
    assert later() == 0
    (first,) = keys()
    attach_file(*material, samples.pdf(), by=SYSTEM)
    assert (later(days=0), later(), stored()) == (0, 1, 1)
    assert keys() != [first]
    remove_file(*material, by=SYSTEM)
    assert (later(), stored(), keys()) == (1, 0, [""])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "Choose a file first."),
        (b"%PDF-" + b" " * MOST_FILE_BYTES, "larger than 5 MB"),
        (b"PK\x03\x04slides.pptx", "Save them as PDF"),
        (b"MZ not for a hall", "no file that a material can have"),
        (b"<svg onload='x'>", "no file that a material can have"),
        (b"%PDF-1.7 torn", "No clean copy"),
    ],
)
def test_what_no_material_can_have_is_refused_with_its_reason(app, content, problem):
    with pytest.raises(MaterialProblem) as refused:
        cleaned_material(content)
    assert problem in str(refused.value)


def test_files_of_a_course_are_bounded_together(material, monkeypatch):
    monkeypatch.setattr("kash.training.services.course_files.MOST_COURSE_BYTES", 10)
    with pytest.raises(MaterialProblem):
        attach_file(*material, samples.png(), by=SYSTEM)
    assert keys() == [""]
    assert later() == 0
    assert stored() == 0


def taken_away(course: str) -> bytes:
    db.session.rollback()
    return course_file(db.session.query(Course).filter_by(public_id=course).one(), SYSTEM)


def test_one_file_carries_a_course_with_its_files_to_another_place(material, draft):
    attach_file(*material, samples.pdf(), by=SYSTEM)
    (key,) = keys()
    content = taken_away(draft.course)
    read = read_file(content)
    # As if it was another Kash: nothing of it is here.
    for kind in (PlanRow, MaterialFile):
        db.session.query(kind).delete()
    db.session.query(Course).update({"lineage": "z" * 16, "name": "Another"})
    db.session.query(CourseVersion).update({"lineage": "z" * 16})
    db.session.commit()
    storage.delete(f"materials/{key}")
    packed = read_file(without_contents(content))
    with refuses("The course changed here meanwhile."):
        bring_course(packed, BringingDecisions(), by=SYSTEM)
    with pytest.raises(UnreadableFile):
        keep_carried(packed.files, by=SYSTEM)
    keep_carried(read.files, by=SYSTEM)
    keep_carried(read.files, by=SYSTEM)
    brought = bring_course(packed, BringingDecisions(), by=SYSTEM)
    assert (keys(), stored()) == ([key], 1)
    assert read_file(taken_away(brought.course)).files[0].key == key
    assert later() == 0


def carried(**more: object) -> dict[str, Any]:
    content = samples.png()
    return {
        "key": "f" * 16,
        "kind": "png",
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": __import__("base64").b64encode(content).decode(),
        **more,
    }


@pytest.mark.parametrize(
    ("files", "where", "sentence"),
    [
        ([], "files", "The file of a material is missing here."),
        ([carried(sha256="0" * 64)], "files 1 / content", "This file was altered or damaged."),
        ([carried(content="!")], "files 1 / content", "This is no file."),
        ([carried(kind="exe")], "files 1 / kind", "One of these belongs here"),
        ([carried(sha256="x")], "files 1 / sha256", "A SHA-256 of 64 digits belongs here."),
        ([carried(), carried()], "files 2 / key", "This key stands here twice."),
        ([carried(), carried(key="g" * 16)], "files 2 / key", "No material has this file."),
        ([carried(name="x")], "files 1 / name", "There is no such field here."),
        ("all", "files", "A list belongs here."),
    ],
)
def test_files_that_are_altered_missing_or_of_no_material_are_refused_with_their_place(
    files, where, sentence
):
    rows = [{"lineage": "r" * 16, "text": "Cards", "file": "f" * 16}]
    found = faults(file_of(plain(plan(materials=rows), files=files)))
    assert found[0][0] == where
    assert found[0][1].startswith(sentence)


def test_what_is_carried_and_no_clean_copy_can_be_made_of_is_refused(app):
    import base64

    content = b"%PDF-1.7 torn"
    torn = carried(
        kind="pdf",
        sha256=hashlib.sha256(content).hexdigest(),
        content=base64.b64encode(content).decode(),
    )
    rows = [{"lineage": "r" * 16, "text": "Cards", "file": "f" * 16}]
    read = read_file(file_of(plain(plan(materials=rows), files=[torn])))
    with pytest.raises(UnreadableFile) as caught:
        keep_carried(read.files, by=SYSTEM)
    assert [fault.where for fault in caught.value.faults] == ["files 1"]
    assert stored() == 0


def test_what_goes_home_is_printed_with_the_handout_and_what_stays_is_not(material, app):
    version = material[0]

    def made() -> int:
        db.session.rollback()
        with app.test_request_context():
            return pages(documents.handout(version_with_plans(version)))

    attach_file(*material, samples.png(), by=SYSTEM)
    with_picture = made()
    attach_file(*material, samples.pdf(), by=SYSTEM)
    assert (with_picture, made()) == (1, 2)
    db.session.query(PlanRow).filter_by(kind="material").update({"used": "room"})
    db.session.commit()
    assert made() == 1


def test_a_trainer_brings_a_file_and_takes_it_away_again(material, sign_in):
    version, session, row = material
    desk = sign_in("trainer")
    at = f"/courses/versions/{version}/plans/{session}"
    address = f"{at}/materials/{row}"
    refused = desk.post(address, data={"file": (io.BytesIO(b"PK\x03\x04"), "slides.pptx")})
    assert (refused.status_code, "Save them as PDF" in refused.text) == (422, True)
    saved = desk.post(address, data={"file": (io.BytesIO(samples.png()), "Achieng.png")})
    assert (saved.status_code, saved.location) == (303, f"{at}/edit")
    for page in (at, f"{at}/edit", address):
        assert f"{address}/file" in desk.get(page).text
    got = desk.get(f"{address}/file")
    assert (got.mimetype, got.data[:4]) == ("image/png", b"\x89PNG")
    assert got.headers["Content-Disposition"] == "attachment; filename=material.png"
    # One tap asks, and takes nothing away yet.
    assert f'href="{address}/remove"' in desk.get(address).text
    asked = desk.get(f"{address}/remove").text
    assert ("Remove this file?" in asked, f'href="{address}"' in asked) == (True, True)
    assert desk.get(f"{address}/file").status_code == 200
    assert desk.post(f"{address}/remove").status_code == 303
    assert desk.get(f"{address}/file").status_code == 404
