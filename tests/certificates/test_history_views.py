"""Pages of a batch issued in parts, of corrections and renewals, and of paper made again."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.issuing import certificates_of
from kash.certificates.services import issuing as issuing_in_parts
from kash.certificates.services.issuing import set_rule
from kash.platform.database import db
from kash.platform.web.formats import local_today
from tests.workshops.conftest import Held, plan  # noqa: F401

from .conftest import ALL, LITTLE, MOST
from .test_views import text_of, words


@pytest.fixture
def browsers(ready, client_for):
    return client_for(ready.trainer), client_for(ready.director)


def marked_as_void(text: str) -> bool:
    """Letters that stand aslant are read one by one."""
    return {"V", "O", "I", "D"} <= set(text.split())


def test_a_batch_tells_how_far_it_is_and_what_can_be_done(ready, browsers, monkeypatch):
    monkeypatch.setattr(issuing_in_parts, "PART", 1)
    trainer, director = browsers
    set_rule(1, name_must_be_confirmed=True, months_valid=24, by=ready.director)
    ready.confirm(ALL, MOST, LITTLE)
    start = f"/workshops/{ready.held.workshop}/certificates"
    batch = f"{start}/batches/{ready.proposed()}"
    preview = text_of(trainer.get(f"{batch}/preview.pdf").data)
    assert marked_as_void(preview)
    assert "0000-0000-0000" in preview
    assert "Valid until" in preview
    assert "Preview, PDF" in words(director.get(batch))
    director.post(f"{batch}/approve")
    trainer.post(f"{batch}/issue")
    page = words(trainer.get(batch))
    assert "Issued: 1 / 3" in page
    assert "Stop issuing" in page
    assert "data-job" in trainer.get(batch).text
    others = words(director.get(batch))
    assert "Issued so far: 1 of 3." in others
    assert "Stop issuing" not in others
    again = trainer.post(f"{batch}/issue")
    assert again.status_code == 409
    assert "These are being issued already." in words(again)
    trainer.post(f"{batch}/stop")
    page = words(trainer.get(batch))
    assert "Only a part of these is issued" in page
    assert "Go on issuing" in page
    assert "Issued in part" in words(trainer.get("/certificates/"))
    done = trainer.post(f"{batch}/leave-out", follow_redirects=True)
    assert "Left out: 2. They can be proposed again." in words(done)
    assert "Certificates: 1" in words(trainer.get(batch))

    # The first print file is for free, the second needs a reason.
    assert trainer.post(f"{batch}/print", data={"kind": "print_file"}).status_code == 303
    asked = trainer.post(f"{batch}/print", data={"kind": "print_file"})
    assert asked.status_code == 422
    assert "This was made before. Say why it is made again." in words(asked)
    wrong = trainer.post(f"{batch}/print", data={"kind": "print_file", "reason": "nonsense"})
    assert wrong.status_code == 422
    made = trainer.post(f"{batch}/print", data={"kind": "print_file", "reason": "damaged"})
    assert made.status_code == 303
    assert "Paper was damaged" in words(director.get(batch))


def test_a_wrong_name_is_corrected_on_its_page(ready, browsers):
    trainer, director = browsers
    ready.confirm(ALL)
    (whole,) = certificates_of(ready.batch(ready.issued()))
    address = f"/certificates/{whole.public_id}"
    right = "Zawadi <Sampuli> {{7*7}}"
    for data, sentence in (
        ({"name": right}, "Let the person read it first."),
        ({"name": ALL, "confirmed": "y"}, "This name is printed already"),
        ({"name": "", "confirmed": "y"}, "Write something here."),
        ({"name": "x" * 201, "confirmed": "y"}, "At most 200 characters fit."),
    ):
        answer = trainer.post(f"{address}/correct", data=data)
        assert answer.status_code == 422
        assert answer.text.count("aria-invalid") >= 1, sentence
    proposed = trainer.post(f"{address}/correct", data={"name": right, "confirmed": "y"})
    batch = proposed.location
    assert "A corrected certificate" in words(director.get(batch))
    assert "A corrected one is proposed and not issued yet" in words(
        trainer.get(f"{address}/correct")
    )
    director.post(f"{batch}/approve")
    trainer.post(f"{batch}/issue")
    page = trainer.get(address)
    assert "This certificate was replaced on" in words(page)
    assert "Zawadi &lt;Sampuli&gt; {{7*7}}" in trainer.get(batch).text
    # What staff makes of the one that was replaced is marked.
    paper = trainer.post(f"{address}/file")
    assert marked_as_void(text_of(paper.data))
    assert "is revoked already" in words(trainer.get(f"{address}/correct"))


def test_renewals_are_proposed_on_their_page(ready, browsers):
    trainer, director = browsers
    ready.confirm(ALL, MOST)
    start = f"/workshops/{ready.held.workshop}/certificates"
    assert "None is due" in words(trainer.get(f"{start}/renewals"))
    (most, whole) = certificates_of(ready.batch(ready.issued()))
    chosen, other = whole.public_id, most.public_id
    db.session.execute(update(Certificate).values(expires_on=local_today() + timedelta(days=20)))
    db.session.commit()
    page = words(trainer.get(f"{start}/renewals?group=B"))
    assert ALL in page
    assert MOST not in page
    assert "Issued here, and expired, or do within 60 days" in page
    sent = {"basis": "decision", "certificate": [chosen]}
    bare = trainer.post(f"{start}/renewals?group=B", data=sent)
    assert bare.status_code == 422
    assert f'value="{chosen}" checked' in bare.text
    assert f'value="{other}" checked' not in bare.text
    nobody = trainer.post(f"{start}/renewals", data={"basis": "decision", "reason": "Works well"})
    assert nobody.status_code == 409
    assert "Nobody chosen can be renewed now" in words(nobody)
    assert "Works well" in nobody.text
    proposed = trainer.post(f"{start}/renewals", data={**sent, "reason": "Works well"})
    assert proposed.status_code == 303
    seen = words(director.get(proposed.location))
    assert "Renewals: 1" in seen
    assert "Renewed by decision Works well" in seen
    batch = db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.kind == "renewal")
    ).one()
    assert [one.renews_id for one in batch.certificates] == [whole.id]
    swahili = trainer.post("/language", data={"language": "sw", "next": proposed.location})
    assert swahili.status_code in (302, 303)
    assert "Kufanya upya: 1" in words(trainer.get(proposed.location))


def test_renewals_name_one_group_and_turning_loses_no_tick(ready, browsers):
    trainer, _director = browsers
    ready.confirm(ALL, MOST)
    (most, whole) = certificates_of(ready.batch(ready.issued()))
    ids = {"A": most.public_id, "B": whole.public_id}
    people = {"A": (MOST, ready.person(MOST)), "B": (ALL, ready.person(ALL))}
    db.session.execute(update(Certificate).values(expires_on=local_today() + timedelta(days=20)))
    db.session.commit()
    page = f"/workshops/{ready.held.workshop}/certificates/renewals"
    for letter, (name, person) in people.items():
        other = "AB".replace(letter, "")
        sent = {"certificate": list(ids.values()), "reason": "Works well", "group": letter}
        turned = trainer.post(page, data=sent)
        assert turned.status_code == 200
        shown = turned.text.partition("<main")[2]
        assert set(re.findall(r"\w+ Sampuli", shown)) == {name}
        assert f'<a href="/people/{person}">{name}</a>' in shown
        assert f'name="certificate" value="{ids[letter]}" checked' in shown
        assert f'type="hidden" name="certificate" value="{ids[other]}"' in shown
        assert "Works well" in shown
    # Turning proposes nothing; pressing then proposes both.
    renewal = select(CertificateBatch).where(CertificateBatch.kind == "renewal")
    assert db.session.scalars(renewal).all() == []
    db.session.rollback()
    sent = {"certificate": list(ids.values()), "reason": "Works well", "basis": "decision"}
    assert trainer.post(page, data=sent).status_code == 303
    assert len(db.session.scalars(renewal).one().certificates) == 2


def test_proposing_one_section_keeps_the_ticks_of_the_other(
    ready,
    browsers,
    plan,  # noqa: F811
):
    trainer, _director = browsers
    ready.confirm(ALL, MOST)
    (most, whole) = certificates_of(ready.batch(ready.issued()))
    refreshed, decided = most.public_id, whole.public_id
    db.session.execute(update(Certificate).values(expires_on=local_today() + timedelta(days=20)))
    # What MOST holds is of another workshop, so that this one was her refresher.
    made = {
        column.name: getattr(most.batch, column.name)
        for column in CertificateBatch.__table__.columns
        if column.name not in ("id", "public_id", "workshop_id")
    }
    elsewhere = CertificateBatch(workshop_id=plan(by=ready.trainer).row.id, **made)
    db.session.add(elsewhere)
    db.session.flush()
    db.session.execute(
        update(Certificate).where(Certificate.id == most.id).values(batch_id=elsewhere.id)
    )
    db.session.commit()
    page = f"/workshops/{ready.held.workshop}/certificates/renewals"
    sent = {"certificate": [refreshed, decided], "reason": "Works well"}
    first = trainer.post(page, data={**sent, "basis": "decision"})
    assert first.status_code == 200
    assert "are not proposed yet" in words(first)
    assert f'name="certificate" value="{refreshed}"' in first.text
    assert 'data-unsent="yes"' in first.text
    last = trainer.post(page, data={"certificate": [refreshed], "basis": "refresher"})
    assert last.status_code == 303
