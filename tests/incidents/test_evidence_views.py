"""Pages of evidence, as a member's browser asks for them."""

import io
import json
import re
import tempfile
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from kash.incidents.services.cases import changing
from kash.platform.database import db
from kash.platform.vault import AuditEntry, DocumentKey
from kash.platform.web.bodies import MEGABYTE
from tests.conftest import AMember
from tests.incidents.filed_cases import PAPER, filed, may_leave
from tests.incidents.test_evidence import added, documents, entries, file_of, stored
from tests.platform.cleaning import samples

FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def member(sqlite_app, a_member):
    return a_member("documentation")


def body(content: bytes, **said: str) -> bytes:
    words = json.dumps(said).encode()
    return len(words).to_bytes(4, "big") + words + content


def sent(member: AMember, reference: str, data: Any, **more: Any) -> TestResponse:
    return member.client.post(
        f"/w/{reference}/e/new",
        data=data,
        content_type="application/octet-stream",
        headers=FETCH | more.pop("headers", {}),
        **more,
    )


def test_a_file_that_comes_as_a_body_is_added(member):
    reference, content = filed(may_leave()), samples.jpeg()
    answer = sent(
        member,
        reference,
        body(
            content,
            label="Torn sleeve",
            note="",
            received_from="P1",
            received_on="2026-11-03T21:15",
            uploaded_name="IMG 1.jpg",
        ),
    )
    assert answer.status_code == 201
    address = answer.get_json()["to"]
    document = address.rpartition("/")[2]
    assert address == f"/w/{reference}/e/{document}"
    file = file_of(member, reference, document)
    assert (file.label, file.uploaded_name, file.original.size) == (
        "Torn sleeve",
        "IMG 1.jpg",
        len(content),
    )
    first = file.custody[0]
    assert (first.what, first.who) == ("received", "P1")
    # A quarter past nine in Nairobi.
    assert first.on is not None
    assert first.on.isoformat() == "2026-11-03T18:15:00+00:00"
    page = member.client.get(address).get_data(as_text=True)
    assert file.original.sha256 in page
    assert file.cleaned is not None
    assert file.cleaned.sha256 in page


def test_a_small_file_comes_in_a_plain_form_too(member):
    reference = filed(may_leave())
    answer = member.client.post(
        f"/w/{reference}/e/new",
        data={"label": "Form", "file": (io.BytesIO(samples.pdf()), "form.pdf")},
    )
    assert answer.status_code == 303
    document = answer.headers["Location"].rpartition("/")[2]
    assert file_of(member, reference, document).original.code == "pdf"


REFUSED = {
    "a zip called photo.jpg": (samples.zipped(), 415, "zip"),
    "a page": (b"<html></html>", 415, "something else"),
    "nothing": (b"", 422, "empty"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_said_beside_the_field(member, what):
    content, status, word = REFUSED[what]
    reference = filed(may_leave())
    answer = sent(member, reference, body(content, uploaded_name="photo.jpg"))
    assert answer.status_code == status
    assert word in answer.get_json()["error"]
    answer = member.client.post(
        f"/w/{reference}/e/new",
        data={"label": "Typed before", "file": (io.BytesIO(content), "photo.jpg")},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert word in page
    assert 'value="Typed before"' in page
    assert stored() == []


def test_two_gigabytes_are_refused_before_anything_is_read(member):
    class NeverRead(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _buffer: Any) -> int:
            raise AssertionError("the body was read")

    answer = sent(
        member,
        filed(may_leave()),
        b"",
        environ_overrides={"wsgi.input": NeverRead(), "CONTENT_LENGTH": str(2 * 1024**3)},
    )
    assert answer.status_code == 413
    assert answer.get_json()["error"] == "This file is larger than 100 MB. Nothing was read."
    assert stored() == []


def test_a_body_that_does_not_say_how_long_it_is_is_counted(sqlite_app, member):
    settings = sqlite_app.config["SETTINGS"]
    sqlite_app.config["SETTINGS"] = settings.model_copy(update={"evidence_mb": 1})
    content = body(samples.jpeg() + bytes(MEGABYTE))
    answer = sent(
        member,
        filed(may_leave()),
        None,
        input_stream=io.BytesIO(content),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == 413
    assert answer.get_json()["error"] == "This file is larger than 1 MB. Nothing was read."
    assert stored() == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        b"\0\0\0\x05{}",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x02[]",
        b'\0\0\0\x09{"a": 12}',
        b"\0\0\0\x03{a}",
        b"\0\0\x27\x10" + b"[" * 10_000,
        b"\0\0\0\x02\xff\xfe",
    ],
)
def test_a_body_of_another_shape_is_a_bad_request(member, data):
    answer = sent(member, filed(may_leave()), data)
    assert answer.status_code == 400
    assert stored() == []


def test_wrong_fields_are_said_before_the_file_is_read(member):
    reference = filed(may_leave())
    answer = sent(
        member,
        reference,
        body(samples.jpeg(), label="x" * 300, received_from="a\0b", received_on="soon"),
    )
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"label", "received_from", "received_on"}
    assert stored() == []


def test_without_the_token_nothing_is_taken(sqlite_app, member):
    sqlite_app.config["WTF_CSRF_ENABLED"] = True
    reference = filed(may_leave())
    assert sent(member, reference, body(samples.jpeg())).status_code == 400
    page = member.client.get(f"/w/{reference}/e/new").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    answer = sent(member, reference, body(samples.jpeg()), headers={"X-CSRFToken": found[1]})
    assert answer.status_code == 201


def test_no_file_appears_where_temporary_files_lie(member, tmp_path, monkeypatch):
    """Neither while it comes in, nor while it is cleaned, shown, or printed of."""

    compiled = str(member.client.application.jinja_env.bytecode_cache.directory)  # type: ignore[union-attr]

    def never(*_given: Any, **more: Any) -> Any:
        # A template that no test before this one has asked for is compiled, without any content.
        assert more.get("dir") == compiled, "a temporary file was made"
        return made(*_given, **more)

    made = tempfile.NamedTemporaryFile

    reference, content = filed(may_leave()), samples.jpeg() + bytes(3 * MEGABYTE)
    form = {"file": (io.BytesIO(samples.recorded("wav", "pcm_s16le", seconds=9)), "a.wav")}
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, never)
    answer = sent(member, reference, body(content))
    assert answer.status_code == 201
    address = answer.get_json()["to"]
    assert member.client.post(f"/w/{reference}/e/new", data=form).status_code == 303
    assert member.client.post(f"{address}/copy").status_code == 200
    assert member.client.post(f"{address}/original", data={"paper": PAPER.key}).data == content
    assert member.client.post(f"{address}/sheet", data={"paper": PAPER.key}).status_code == 200
    assert list(tmp_path.iterdir()) == []


def page_of(member: AMember, reference: str, document: str) -> str:
    return f"/w/{reference}/e/{document}"


def test_the_copy_is_shown_and_the_original_is_kept_by_who_takes_it(member):
    reference, content = filed(may_leave()), samples.jpeg()
    document = added(member, reference, content)
    address = page_of(member, reference, document)
    shown = member.client.post(f"{address}/copy")
    assert shown.content_type == "image/jpeg"
    assert shown.headers["Content-Disposition"] == "inline; filename=1.jpg"
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "Exif" not in shown.data.decode("latin-1")
    assert shown.content_length == len(shown.data)
    asked = member.client.get(f"{address}/original").get_data(as_text=True)
    assert "leaves the vault" in asked
    refused = member.client.post(f"{address}/original", data={"paper": ""})
    assert refused.status_code == 422
    taken = member.client.post(f"{address}/original", data={"paper": PAPER.key, "more": "Bail"})
    assert taken.data == content
    assert taken.headers["Content-Disposition"] == "attachment; filename=1.jpg"
    assert [(e.what, e.who, e.note) for e in file_of(member, reference, document).custody[2:]] == [
        ("viewed", "", ""),
        ("exported", f"{PAPER.to_whom} · {PAPER.about}", "Bail"),
    ]


def test_looking_at_the_page_is_one_entry_and_no_more(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    before = entries()
    custody = file_of(member, reference, document).custody
    for _ in range(2):
        assert member.client.get(page_of(member, reference, document)).status_code == 200
    assert entries()[len(before) :] == [("incidents.evidence_opened", [reference])] * 2
    # The first keys of both are kept by whoever opened them, that of the case as well.
    assert set(db.session.scalars(select(DocumentKey.form))) == {"kept"}
    db.session.rollback()
    assert file_of(member, reference, document).custody == custody


def test_a_step_outside_is_noted_and_nothing_typed_is_lost(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    address = page_of(member, reference, document)
    refused = member.client.post(f"{address}/q", data={"what": "", "who": "Advocate"})
    assert refused.status_code == 422
    assert 'value="Advocate"' in refused.get_data(as_text=True)
    wrong = member.client.post(f"{address}/q", data={"what": "viewed"})
    assert wrong.status_code == 422
    noted = member.client.post(
        f"{address}/q",
        data={"what": "handed_over", "who": "Advocate", "on": "2026-11-20T10:00", "more": "<b>"},
    )
    assert noted.status_code == 303
    page = member.client.get(address).get_data(as_text=True)
    assert "Handed over" in page
    assert "&lt;b&gt;" in page


def test_a_sheet_says_words_only_if_it_is_asked_to(member):
    import pikepdf

    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    address = page_of(member, reference, document)
    file = file_of(member, reference, document)
    plain = member.client.post(f"{address}/sheet", data={"paper": PAPER.key})
    full = member.client.post(f"{address}/sheet", data={"paper": PAPER.key, "words": "y"})
    for answer in (plain, full):
        assert answer.headers["Content-Disposition"] == ("attachment; filename=1-sheet.pdf")
    texts = [_text_of(answer.data) for answer in (plain, full)]
    squeezed = [re.sub(r"\s", "", text) for text in texts]
    assert all(file.original.sha256 in text for text in squeezed)
    words = ("Bruises-on-arm", "taken-behind-the-market", "Auntie-Njeri")
    assert [[word in text for word in words] for text in squeezed] == [[False] * 3, [True] * 3]
    with changing("incidents.changed", member.actor, member.vault(), reference) as change:
        change.record.consents = [one for one in change.record.consents if one.purpose != "health"]
    # A label may tell of somebody's health.
    assert "Label and notes stay out" in member.client.get(address).text
    less = member.client.post(f"{address}/sheet", data={"paper": PAPER.key, "words": "y"})
    untold = re.sub(r"\s", "", _text_of(less.data))
    assert [word in untold for word in words] == [False, False, True]
    with pikepdf.open(io.BytesIO(full.data)) as pdf:
        assert "Bruises" not in str(pdf.docinfo)
    after = file_of(member, reference, document)
    assert [event.what for event in after.custody[2:]] == ["printed"] * 3


def _text_of(pdf: bytes) -> str:
    import subprocess

    ran = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return ran.stdout.decode()


def test_removing_asks_first_and_shreds(member, a_member):
    second = a_member("documentation")
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    address = page_of(member, reference, document)
    assert "Nobody can bring it back" in member.client.get(f"{address}/remove").get_data(True)
    # Tapped twice, it leads to the same place.
    for _time in range(2):
        answer = member.client.post(f"{address}/remove", data={"reason": "It shows a face."})
        assert (answer.status_code, answer.location) == (303, f"/w/{reference}")
    assert documents() == 1
    waits = f"/w/{reference}/2/s1"
    assert "It shows a face." in second.client.get(waits).text
    for _time in range(2):
        answer = second.client.post(waits, data={"answer": "agree"})
        assert (answer.status_code, answer.location) == (303, f"/w/{reference}")
    assert (documents(), stored()) == (0, [])
    for again in (address, f"{address}/remove"):
        assert member.client.get(again).status_code == 404


def test_a_damaged_piece_says_so_and_can_be_removed(member, a_member):
    from sqlalchemy import update

    from kash.platform.vault import SealedDocument

    reference = filed(may_leave())
    document, other = (added(member, reference, samples.jpeg()) for _ in range(2))
    db.session.execute(
        update(SealedDocument).where(SealedDocument.public_id == document).values(body=b"\1" * 200)
    )
    db.session.commit()
    page = member.client.get(page_of(member, reference, document))
    assert page.status_code == 200
    assert "damaged" in page.get_data(as_text=True)
    assert member.client.get(page_of(member, reference, other)).status_code == 200
    address = f"{page_of(member, reference, document)}/remove"
    assert member.client.post(address, data={"reason": "It opens no more."}).status_code == 303
    second = a_member("documentation").client
    assert second.post(f"/w/{reference}/2/s1", data={"answer": "agree"}).status_code == 303
    assert "its hashes are not known" in member.client.get(f"/w/{reference}").text


def test_a_step_of_custody_that_is_sent_twice_is_noted_once(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    address = page_of(member, reference, document)
    for what in ("handed_over", "handed_over", "returned", "handed_over"):
        sent = {"what": what, "who": "Lawyer", "more": "Bail"}
        assert member.client.post(f"{address}/q", data=sent).status_code == 303
    assert [one.what for one in file_of(member, reference, document).custody[2:]] == [
        "handed_over",
        "returned",
        "handed_over",
    ]


def test_of_two_who_change_a_label_neither_overwrites_the_other(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    address = page_of(member, reference, document) + "/label"

    def seen(page: str) -> str:
        found = re.search(r'name="seen"[^>]*value="(\w+)"', page)
        assert found is not None
        return found[1]

    stale = seen(member.client.get(address).text)
    first = {"label": "A wrist", "note": "Left\r\none", "seen": stale}
    for _twice in range(2):
        assert member.client.post(address, data=first).status_code == 303
    second = {**first, "label": "An arm"}
    answer = member.client.post(address, data=second)
    assert answer.status_code == 409
    assert 'value="An arm"' in answer.text
    assert "On record: A wrist" in answer.text
    again = second | {"seen": seen(answer.text)}
    assert member.client.post(address, data=again).status_code == 303
    assert member.client.get(address[: -len("/label")]).text.count("Label or note changed") == 2


def test_words_stand_in_no_title_and_no_address(member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    address = page_of(member, reference, document)
    for path in ("", "/original", "/label", "/remove"):
        page = member.client.get(address + path).get_data(as_text=True)
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title is not None
        assert "Bruises" not in title[1]
        assert not re.search(r'(href|action)="[^"]*(Bruises|Achieng|Njeri)', page)


def test_a_closed_vault_shows_and_takes_nothing(member, a_member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    closed = a_member("documentation", is_open=False)
    before = stored()
    page = closed.client.get(page_of(member, reference, document))
    assert page.status_code == 303
    assert "/w/v" in page.headers["Location"]
    answer = sent(closed, reference, body(samples.jpeg()))
    assert answer.status_code == 423
    assert answer.get_json()["vault"] == "closed"
    assert stored() == before


def test_a_director_looks_and_changes_nothing(member, a_member):
    reference = filed(may_leave())
    document = added(member, reference, samples.jpeg())
    director = a_member("director")
    address = page_of(member, reference, document)
    page = director.client.get(address).get_data(as_text=True)
    assert "/original" not in page
    assert "/remove" not in page
    assert director.client.post(f"{address}/copy").status_code == 200
    for path in ("/original", "/q", "/sheet", "/remove", "/label"):
        assert director.client.post(address + path).status_code == 403


def test_the_case_lists_it_with_the_same_number_of_queries(member, count_queries):
    reference = filed(may_leave())

    def asked() -> tuple[int, str]:
        with count_queries() as queries:
            page = member.client.get(f"/w/{reference}")
        assert page.status_code == 200
        return queries.count, page.get_data(as_text=True)

    added(member, reference, samples.jpeg())
    asked()
    one, page = asked()
    assert "1. Bruises-on-arm" in page
    for _ in range(2):
        added(member, reference, samples.jpeg())
    three, page = asked()
    assert page.count("Bruises-on-arm") == 3
    assert three == one


def test_no_log_and_no_entry_holds_a_word(member, capsys):
    reference = filed(may_leave())
    answer = sent(
        member, reference, body(samples.jpeg(), label="Hushed", uploaded_name="Quiet.jpg")
    )
    address = answer.get_json()["to"]
    member.client.get(address)
    sent(member, reference, body(samples.zipped(), label="Hushed"))
    said = "".join(capsys.readouterr())
    rows = repr(db.session.query(AuditEntry.action, AuditEntry.subjects).all())
    assert not any(word in said + rows for word in ("Hushed", "Quiet"))
