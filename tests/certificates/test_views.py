"""The pages: what each person finds there, and what never stands there."""

import io
import re
import subprocess
import zipfile
from html import unescape

import pytest
from sqlalchemy import select, update

from kash.accounts.services.breaches import lend_approvals
from kash.certificates import documents
from kash.certificates.queries.issuing import batches_of, candidates, certificates_of
from kash.certificates.rules.issuing import grouped
from kash.certificates.services.certificates import make_paper
from kash.certificates.services.issuing import confirm_names
from kash.people.models import Person
from kash.platform import storage
from kash.platform.database import db, writing
from kash.platform.jobs import SILENT, Job, Progress, run_waiting
from kash.platform.jobs import services as jobs
from kash.platform.vault.models import AuditEntry
from kash.platform.web.formats import local_today

from .conftest import ALL, LITTLE, MOST


def text_of(pdf: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def words(answer: object) -> str:
    page = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))  # type: ignore[attr-defined]
    return " ".join(unescape(page).split())


@pytest.fixture
def browsers(ready, client_for):
    return client_for(ready.trainer), client_for(ready.director)


def test_the_workshop_says_who_lacks_what(ready, browsers):
    ready.confirm(ALL)
    start = f"/workshops/{ready.held.workshop}/certificates"
    pages = {letter: words(browsers[0].get(f"{start}?group={letter}")) for letter in "AB"}
    page = pages["B"]
    assert "Ready to be proposed: 1. Still lacking something: 2." in page
    assert f"{LITTLE} 1 h 30 25 % Lacks 4 h 30 needed, 1 h 30 attended: 3 h missing" in page
    assert f"{MOST} 4 h 30 75 % Lacks printed name not confirmed" in pages["A"]


def test_signs_that_no_printer_has_are_left_out_and_told_before_a_certificate_is_issued(
    ready, browsers
):
    teacher = "👩🏾‍🏫"
    key = ready.person(ALL)
    with writing() as session:
        session.execute(
            update(Person).where(Person.public_id == key).values(chosen_name=f"{teacher} {ALL}")
        )
    start = f"/workshops/{ready.held.workshop}/certificates"
    told = f"Left out on paper, as one sign: {teacher}"
    letter = next(
        row.group_letter for row in candidates(ready.workshop) if row.person_public_id == key
    )
    page = browsers[0].get(f"{start}/names?group={letter}")
    assert words(page).count(told) == 1
    assert f'value="{ALL}"' in page.get_data(as_text=True)
    assert words(browsers[0].get(f"{start}?group={letter}")).count(told) == 1
    refused = browsers[0].post(
        f"{start}/names",
        data={"group": letter, f"confirmed-{key}": "1", f"name-{key}": f"{ALL} 🇰🇪"},
    )
    assert refused.status_code == 422
    assert "This can't be printed as one sign, leave it out: 🇰🇪" in words(refused)
    confirm_names(ready.workshop, {key: ALL}, ready.trainer)
    db.session.rollback()
    batch = ready.batch(ready.proposed())
    assert [one.printed_name for one in batch.certificates] == [ALL]


def test_a_wrong_name_is_marked_and_nothing_typed_is_lost(ready, browsers):
    address = f"/workshops/{ready.held.workshop}/certificates/names"
    first, second = ready.person(ALL), ready.person(LITTLE)
    answer = browsers[0].post(
        address,
        data={
            "group": "B",
            f"name-{first}": "x" * 201,
            f"name-{second}": "Faraja S.",
            f"confirmed-{first}": "1",
        },
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "At most 200 characters fit." in page
    assert 'value="Faraja S."' in page
    assert f'value="{"x" * 201}"' in page
    assert {row.printed_name for row in candidates(ready.workshop)} == {ALL, MOST, LITTLE}


def test_each_page_of_certificates_marks_one_place_in_the_bar(ready, browsers):
    trainer, director = browsers
    ready.confirm(ALL)
    start = f"/workshops/{ready.held.workshop}/certificates"
    batch = trainer.post(f"{start}/propose", data={"design": "modern", "unasked": "print"}).location
    for browser in (trainer, director):
        for address in ("/certificates/", "/certificates/rule", start, f"{start}/names", batch):
            answer = browser.get(address)
            if answer.status_code != 200:
                # A director writes no names and a trainer no rule.
                assert (browser, address) in (
                    (director, f"{start}/names"),
                    (trainer, "/certificates/rule"),
                )
                continue
            bar = answer.text.partition('<nav class="bar"')[2].partition("</nav>")[0]
            marked = re.findall(r'aria-current="page">.*?<span>([^<]+)</span>', bar)
            place = "Certificates" if address.startswith("/certificates/") else "Workshops"
            assert set(marked) == {place}, address


def test_propose_approve_issue_and_print(ready, browsers):
    trainer, director = browsers
    start = f"/workshops/{ready.held.workshop}/certificates"
    names = {ready.person(name): name for name in (ALL, MOST, LITTLE)}
    answer = trainer.post(
        f"{start}/names",
        data={f"confirmed-{key}": "1" for key in names}
        | {f"name-{key}": name for key, name in names.items()},
    )
    assert answer.status_code == 303
    batch = trainer.post(f"{start}/propose", data={"design": "modern", "unasked": "print"}).location
    assert batch.startswith(f"{start}/batches/")
    own = words(trainer.post(f"{batch}/approve"))
    assert "Your account does not include this." in own
    assert director.get("/").get_data(as_text=True).count(batch) >= 1
    assert director.post(f"{batch}/approve").status_code == 302
    again = director.post(f"{batch}/approve")
    assert again.status_code == 409
    assert "This was already done" in words(again)
    assert "Issue these certificates?" in words(trainer.get(f"{batch}/issue"))
    job = trainer.post(f"{batch}/issue").location
    assert job.startswith("/jobs/")
    assert trainer.post(f"{batch}/print", data={"kind": "print_file"}).status_code == 422

    public_id = batch.rsplit("/", 1)[1]
    db.session.rollback()
    printed = documents.make_print_file(SILENT, batch=public_id)
    text = text_of(printed.whole())
    assert text.count(ALL) == text.count(MOST) == 1
    assert LITTLE not in text
    packed = documents.make_zip_file(SILENT, batch=public_id)
    with zipfile.ZipFile(io.BytesIO(packed.whole())) as archive:
        assert archive.namelist() == [
            f"{grouped(one.serial or '')}.pdf" for one in certificates_of(ready.batch(public_id))
        ]
    carried = text_of(documents.make_cards(SILENT, batch=public_id).whole())
    assert carried.count(ALL) == carried.count(MOST) == 1
    assert LITTLE not in carried


def test_a_specimen_counts_for_nothing(ready, browsers, client_for, actor):
    trainer, director = browsers
    address = f"/workshops/{ready.held.workshop}/certificates/specimen.pdf"
    pdf = trainer.get(address).data
    text = text_of(pdf)
    assert "Specimen · Kielelezo" in text
    assert ALL in text or MOST in text or LITTLE in text
    assert re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text) == []
    assert (batches_of(ready.workshop), documents.verification_address() in text) == ([], False)
    assert director.get(address).status_code == 403
    assert client_for(actor("trainer")).get(address).status_code in (403, 404)


def test_who_approves_the_first_certificates_publishes_their_course(ready, browsers):
    _trainer, director = browsers
    ready.confirm(ALL)
    version = ready.workshop.version
    version.state, version.published_by, version.published_at = "proposed", None, None
    version.proposed_by = ready.trainer.public_id
    db.session.commit()
    page = f"/workshops/{ready.held.workshop}/certificates/batches/{ready.proposed()}"
    assert "Approving publishes the course too" in words(director.get(page))
    director.post(f"{page}/approve")
    db.session.rollback()
    assert ready.workshop.version.state == "published"
    assert ready.workshop.version.published_by == ready.director.public_id
    entry = select(AuditEntry.subjects).where(AuditEntry.action == "certificates.approved")
    assert version.public_id in db.session.scalars(entry).one()


def test_certificates_of_a_course_that_is_a_draft_again_are_not_approved(ready, browsers):
    _trainer, director = browsers
    ready.confirm(ALL)
    ready.workshop.version.state = "draft"
    db.session.commit()
    page = f"/workshops/{ready.held.workshop}/certificates/batches/{ready.proposed()}"
    answer = director.post(f"{page}/approve")
    assert answer.status_code == 409
    assert "The course of this workshop is not published." in words(answer)


def test_who_stands_in_is_told_for_whom_she_decides_and_the_page_keeps_it(ready, actor, client_for):
    director, officer = actor("director", name="Mwalimu Mfano"), actor("monitoring")
    today = local_today()
    lend_approvals(
        director,
        officer.public_id,
        permissions=["certificates.approve"],
        first=today,
        last=today,
        reason="leave",
    )
    ready.confirm(ALL)
    address = f"/workshops/{ready.held.workshop}/certificates/batches/{ready.proposed()}"
    browser = client_for(officer)
    page = browser.get(address).text
    assert "You decide for Mwalimu Mfano, who is absent." in page
    assert f'action="{address}/approve"' in page
    assert browser.post(f"{address}/approve").status_code == 302
    page = browser.get(address).text
    assert "for Mwalimu Mfano" in page
    assert "who is absent" not in page
    assert f'action="{address}/approve"' not in page


def test_a_revoked_certificate_is_printed_no_more(ready, browsers):
    ready.confirm(ALL, MOST)
    batch = ready.issued()
    (most, whole) = certificates_of(ready.batch(batch))
    address = f"/certificates/{whole.public_id}"
    wrong = browsers[1].post(f"{address}/revoke", data={"reason_class": "nonsense", "reason": ""})
    assert wrong.status_code == 422
    done = browsers[1].post(
        f"{address}/revoke", data={"reason_class": "wrong_name", "reason": "Only staff read this"}
    )
    assert done.location == address
    assert browsers[0].post(f"{address}/file").status_code == 200
    db.session.rollback()
    text = text_of(documents.make_print_file(SILENT, batch=batch).whole())
    assert most.printed_name in text
    assert whole.printed_name not in text


def test_a_peer_educator_finds_her_own_and_nobody_elses(ready, sign_in):
    ready.confirm(ALL, MOST)
    batch = ready.issued()
    (most, whole) = certificates_of(ready.batch(batch))
    peer = sign_in("peer", person_id=whole.person_id)
    page = words(peer.get("/certificates/"))
    assert ALL in page
    assert MOST not in page
    assert peer.get(f"/certificates/{whole.public_id}").status_code == 200
    assert peer.get(f"/certificates/{most.public_id}").status_code == 404
    workshop = peer.get(f"/workshops/{ready.held.workshop}/certificates")
    assert workshop.status_code in (403, 404)
    assert MOST not in words(workshop)


@pytest.mark.parametrize("kind", ["print_file", "zip_file", "cards"])
def test_a_batch_whose_files_are_cancelled_while_they_are_made_leaves_none(
    ready, monkeypatch, kind
):
    ready.confirm(ALL, MOST)
    issued = ready.issued()
    job, again = (
        make_paper(ready.batch(issued), kind, "Paper", ready.trainer, reason=reason)
        for reason in ("", "misprint")
    )
    told: list[int] = []
    reported = Progress.report

    def report(progress: Progress, done: int, total: int | None = None) -> None:
        if not told:
            jobs.cancel(job, ready.trainer.public_id)
        told.append(done)
        reported(progress, done, total)

    monkeypatch.setattr(Progress, "report", report)
    run_waiting()
    db.session.rollback()
    ended = {one.public_id: one for one in db.session.scalars(select(Job))}
    assert [ended[one].state for one in (job, again)] == ["cancelled", "done"]
    assert told == [2, 2]
    assert (ended[job].result_key, [file.key for file in storage.list("jobs")]) == (
        None,
        [ended[again].result_key],
    )
    made = storage.get(f"jobs/{again}")
    assert made.startswith(b"PK" if kind == "zip_file" else b"%PDF")
