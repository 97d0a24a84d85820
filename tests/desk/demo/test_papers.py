"""The sample's papers: sound files, and in the certificates exactly those who meet the rule."""

import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.certificates.models import Certificate, CertificateBatch
from kash.people.models import Person
from kash.platform.database import db

PAPERS = (
    "certificates.pdf",
    "register.pdf",
    "minutes.pdf",
    "answer-sheets.pdf",
    "report.pdf",
    "report-programme.pdf",
)


def _text(path: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True
    )
    return done.stdout


def _printed_batch() -> CertificateBatch:
    """The latest batch that was issued."""
    return db.session.scalars(
        select(CertificateBatch)
        .where(CertificateBatch.state == "issued")
        .order_by(CertificateBatch.id.desc())
        .limit(1)
    ).one()


def _serials() -> list[str]:
    batch = _printed_batch()
    found = select(Certificate.serial).where(Certificate.batch_id == batch.id)
    return sorted(serial for serial in db.session.scalars(found) if serial)


def _eligible() -> list[str]:
    """Who meets the rule in the workshop of the issued batch, counted here from the marks."""
    batch = _printed_batch()
    register = batch.workshop.register_id
    slots = {
        slot.id: slot.minutes
        for slot in db.session.scalars(select(Slot).where(Slot.register_id == register))
    }
    weights = {status.code: status.weight for status in db.session.scalars(select(MarkStatus))}
    names = []
    for person in db.session.scalars(
        select(Person)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .where(RosterEntry.register_id == register, RosterEntry.removed_at.is_(None))
    ):
        marks = db.session.scalars(
            select(Mark).where(Mark.person_id == person.id, Mark.slot_id.in_(slots))
        )
        attended = sum(slots[mark.slot_id] * weights[mark.status] / 100 for mark in marks)
        reached = attended * 100 >= batch.rule.least_share * sum(slots.values())
        if reached and person.printed_name_confirmed_at is not None and not person.minor:
            names.append(person.name_for_paper)
    return names


@pytest.mark.parametrize("name", PAPERS)
def test_the_files_are_sound(sample, name):
    done = subprocess.run(
        ["qpdf", "--check", sample.folder / name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout + done.stderr


def test_each_eligible_person_stands_once_in_the_certificates_and_no_other(sample):
    pages = _text(sample.folder / "certificates.pdf").split("\f")[:-1]
    eligible = _eligible()
    assert 10 < len(eligible) < 23
    printed = [
        [name for name in _everybody() if re.search(rf"^\s*{re.escape(name)}\s*$", page, re.M)]
        for page in pages
    ]
    assert sorted(name for names in printed for name in names) == sorted(eligible)
    assert [len(names) for names in printed] == [1] * len(pages)
    serials = [
        re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page)[0].replace("-", "")
        for page in pages
    ]
    assert sorted(serials) == _serials()


def _everybody() -> list[str]:
    return [person.name_for_paper for person in db.session.scalars(select(Person))]


def test_the_zip_holds_one_certificate_for_each_serial(sample):
    with zipfile.ZipFile(io.BytesIO((sample.folder / "certificates.zip").read_bytes())) as kept:
        assert kept.testzip() is None
        names = [name.removesuffix(".pdf").replace("-", "") for name in kept.namelist()]
    assert sorted(names) == _serials()


def test_no_sheet_of_the_register_holds_people_of_both_groups(sample):
    pages = _text(sample.folder / "register.pdf").split("\f")[:-1]
    letters = {
        person.name_for_paper: person.group.letter for person in db.session.scalars(select(Person))
    }
    letters |= {
        person.chosen_name: person.group.letter for person in db.session.scalars(select(Person))
    }
    for page in pages:
        sheet = re.search(r"Sign-in sheet ([AB])", page)
        assert sheet is not None
        here = {
            letter
            for name, letter in letters.items()
            if re.search(rf"^\s*\d+ +{re.escape(name)}\b", page, re.M)
        }
        assert here == {sheet[1]}
    assert "Police" not in "".join(pages)
    assert "Community" not in "".join(pages)


def test_the_minutes_are_numbered_and_name_nobody_who_is_only_counted(sample):
    text = _text(sample.folder / "minutes.pdf")
    numbers = re.findall(r"^MIN (\d+)/\d+/\d{4}", text, re.M)
    assert numbers == [str(number) for number in range(1, 7)]
    for hidden in ("Omari Mazoezi", "Waridi", "Furaha", "Dada Rehema", "Nasra Sampuli"):
        assert hidden not in text
    assert re.search(r"counted:\s+1\b", text)
