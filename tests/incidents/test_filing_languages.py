"""Dholuo for reports: off until the programme names who accepted it; and the form on paper."""

import io
import re
from collections.abc import Callable

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kash.accounts.models import Account, Programme
from kash.platform.database import db
from kash.platform.vault import AuditEntry

FILE = "/w/n"


@pytest.fixture
def phone(app, a_member, sign_in):
    a_member("documentation")
    return sign_in("peer")


def _accept(sign_in: Callable[..., FlaskClient], name: str) -> None:
    page = sign_in("administrator").get("/settings/languages")
    row_version = re.search(r'name="row_version"[^>]*value="(\d+)"', page.text)
    assert row_version is not None
    answer = sign_in("administrator").post(
        "/settings/languages", data={"luo": name, "row_version": row_version[1]}
    )
    assert answer.status_code == 303


def test_dholuo_is_offered_only_once_somebody_accepted_it(phone, sign_in):
    assert "Dholuo" not in phone.get(FILE).text
    assert '<html lang="en">' in phone.get(f"{FILE}?in=luo").text
    _accept(sign_in, "Mwalimu Mfano")
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subjects) == ("accounts.languages_changed", ["settings"])
    assert db.session.scalars(select(Programme)).one().settings["languages"] == {
        "luo": "Mwalimu Mfano"
    }
    page = phone.get(f"{FILE}?in=luo").text
    assert '<html lang="luo">' in page
    assert "Wach gima notimore" in page
    step = phone.post(FILE, data={"go": "begin", "in": "luo"}).text
    assert "mane otimore?" in step
    assert 'name="in" value="luo"' in step
    assert "Kony sani" in phone.get("/w/h?in=luo").text
    # Elsewhere nothing speaks it.
    assert 'lang="luo"' not in phone.get("/services").text
    _accept(sign_in, "")
    assert '<html lang="en">' in phone.get(f"{FILE}?in=luo").text


def test_the_language_of_a_report_is_stored_nowhere(phone):
    before = list(db.session.scalars(select(Account.language)))
    page = phone.post(FILE, data={"go": "begin", "in": "sw"})
    assert '<html lang="sw">' in page.text
    assert "language" not in page.headers.get("Set-Cookie", "")
    db.session.rollback()
    assert list(db.session.scalars(select(Account.language))) == before


@pytest.mark.parametrize(("language", "word"), [("en", "What happened?"), ("sw", "Ni nini")])
def test_the_form_on_paper_tells_nobodys_work(phone, language, word):
    answer = phone.get(f"/w/n.pdf?in={language}")
    assert answer.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) <= 3
        assert [round(float(one)) for one in pdf.pages[0].mediabox[2:]] == [595, 842]
        told = str(pdf.docinfo) + str(pdf.open_metadata())
    assert "incident" not in told.lower()
    from kash.incidents.documents import paper_markup

    with phone.application.test_request_context():
        text = paper_markup().lower()
    for outing in ("sex work", "client", "condom", "incident", "vault", "kash"):
        assert outing not in text
    assert text.count('class="box"') > 40
    assert word
