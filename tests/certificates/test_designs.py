"""Designs on both engines: versions, pictures, signatures by their owners' word, and previews."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from kash.certificates import documents
from kash.certificates.models import (
    CertificateBatch,
    Design,
    DesignImage,
    DesignVersion,
    FunderMark,
    ImmutableVersion,
    SignatureImage,
)
from kash.certificates.queries import designs as queries
from kash.certificates.queries.designs import marks_at, own_signature, signatures_at
from kash.certificates.rules.designs import DesignContent, Signer, SignerKind, Words, content_from
from kash.certificates.rules.issuing import Unasked
from kash.certificates.services import designs as services
from kash.certificates.services.issuing import approve, propose
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.web.errors import NotFound
from kash.platform.web.pictures import (
    NothingDrawn,
    PictureTooLarge,
    prepared_picture,
    prepared_signature,
)
from kash.workshops.models import Funder, Funding
from tests.refusals import refuses

from .conftest import ALL, MOST


def png(colour: str = "navy", size: tuple[int, int] = (60, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


def found(public_id: str) -> Design:
    return queries.design(public_id)


@pytest.fixture
def director(both_engines_app, actor):
    return actor("director", name="Subira Mfano")


@pytest.mark.any_engine
def test_three_designs_are_there_from_the_beginning(director):
    offered = queries.designs_on_offer()
    assert [one.public_id for one in offered] == ["classic", "modern", "plain"]
    assert [one.is_default for one in offered] == [True, False, False]
    version = queries.version_in_use("modern")
    assert version is not None
    assert content_from(version.content) == DesignContent(base="modern")


@pytest.mark.any_engine
def test_a_design_is_made_changed_and_put_into_use_as_versions(director):
    made = services.make_design("Ours", DesignContent(base="modern"), director)
    assert queries.version_in_use(made) is None
    with refuses("Another design has this name."):
        services.make_design("Ours", DesignContent(), director)
    assert services.put_into_use(made, 1, director) == 1
    with refuses("The version in use already says all this."):
        services.put_into_use(made, 1, director)
    changed = DesignContent(base="modern", accent="#7a1f3d")
    # From which design it was made is no matter of the form.
    services.save_design(made, "Ours", replace(changed, base="classic"), 1, director)
    assert content_from(found(made).content) == changed
    with pytest.raises(services.DesignChangedMeanwhile):
        services.save_design(made, "Ours", replace(changed, page="A5"), 1, director)
    assert services.put_into_use(made, 2, director) == 2
    said = [
        content_from(version.content).accent for version, _n in queries.versions_of(found(made))
    ]
    assert said == ["#7a1f3d", ""]
    services.choose_design(made, director)
    assert queries.designs_on_offer()[0].public_id == made
    with refuses("This is the programme's own choice."):
        services.retire_design(made, director)
    services.choose_design("plain", director)
    services.retire_design(made, director)
    assert queries.version_in_use(made) is None
    services.retire_design(made, director, back=True)
    assert queries.version_in_use(made) is not None


@pytest.mark.any_engine
def test_a_version_never_changes(director):
    version = db.session.scalars(select(DesignVersion)).first()
    assert version is not None
    version.digest = "0" * 64
    with pytest.raises(ImmutableVersion):
        db.session.flush()
    db.session.rollback()


@pytest.mark.any_engine
def test_what_is_not_ready_is_not_put_into_use(director):
    own = services.make_design("Own", DesignContent(base="own", html="<p>x</p>"), director)
    with pytest.raises(services.NotReady) as refused:
        services.put_into_use(own, 1, director)
    assert [lack.what for lack in refused.value.lacks] == ["name", "serial", "qr"]
    pale = DesignContent(accent="#ffee00", words={"en": Words(sentence="in [titel]")})
    made = services.make_design("Pale", pale, director)
    with pytest.raises(services.NotReady) as refused:
        services.put_into_use(made, 1, director)
    assert {lack.kind for lack in refused.value.lacks} == {"contrast", "sentence"}


@pytest.mark.any_engine
def test_a_design_of_ones_own_holds_only_so_many_pictures(director):
    made = services.make_design("Own", DesignContent(base="own", html="<p>x</p>"), director)
    for number in range(12):
        services.put_picture(made, "own", f"p{number}", png("red"), director)
    with refuses("A design holds at most 12 pictures."):
        services.put_picture(made, "own", "another", png("red"), director)
    services.put_picture(made, "own", "p3", png("blue"), director)
    assert len(content_from(found(made).content).pictures) == 12
    assert len(db.session.scalars(select(DesignImage.public_id)).all()) == 12


@pytest.mark.any_engine
def test_pictures_of_a_version_outlive_those_that_take_their_place(director):
    made = services.make_design("Sealed", DesignContent(), director)
    services.put_picture(made, "seal", "", png("red"), director)
    first = content_from(found(made).content).seal
    services.put_picture(made, "seal", "", png("blue"), director)
    second = content_from(found(made).content).seal
    # The first was never printed by a version.
    assert set(db.session.scalars(select(DesignImage.public_id))) == {second}
    assert not storage.exists(f"designs/{first}.png")
    services.put_into_use(made, found(made).row_version, director)
    services.remove_picture(made, second, director)
    assert content_from(found(made).content).seal == ""
    assert storage.get(f"designs/{second}.png") == png("blue")
    with pytest.raises(NotFound):
        services.remove_picture(made, second, director)


def test_a_batch_keeps_the_version_it_was_proposed_with(ready, actor):
    director = ready.director
    ready.confirm(ALL)
    made = services.make_design("Ours", DesignContent(base="modern"), director)
    with refuses("Choose one of the offered possibilities."):
        propose(ready.workshop, made, ready.trainer, unasked=Unasked.PRINT)
    services.put_into_use(made, 1, director)
    batch = propose(ready.workshop, made, ready.trainer, unasked=Unasked.PRINT).public_id
    services.save_design(
        made, "Ours", DesignContent(base="modern", words={"en": Words("Diploma")}), 1, director
    )
    services.put_into_use(made, 2, director)
    approve(ready.batch(batch), director)
    design = documents.batch_design(ready.batch(batch), "en")
    assert (design.name, design.wording.heading) == ("modern", "Certificate of Participation")
    assert [one.role for one in design.signatories] == ["Lead trainer", "For the programme"]
    assert design.signatories[1].name == "Subira Mfano"


def test_fields_left_empty_block_proposing_and_issuing(ready):
    ready.confirm(ALL)
    html = (
        '<p data-field="name"></p><p data-field="serial"></p><img data-field="qr" alt="">'
        '<div data-field="marks"></div><p data-field="expires"></p>'
    )
    content = DesignContent(base="own", html=html, marks=True)
    made = services.make_design("Own", content, ready.director)
    services.put_into_use(made, 1, ready.director)
    with refuses("The design would leave fields empty") as refused:
        propose(ready.workshop, made, ready.trainer, unasked=Unasked.PRINT)
    assert "expires, marks" in str(refused.value)
    batch = ready.proposed()
    version = queries.version_in_use(made)
    assert version is not None
    ready.batch(batch).design_version_id = version.id
    db.session.commit()
    with refuses("The design would leave fields empty"):
        approve(ready.batch(batch), ready.director)


def test_a_signature_stands_only_where_its_owner_allowed_it(ready, actor):
    director, other = ready.director, actor("director", name="Somebody Else")
    ready.confirm(ALL)
    batch = ready.proposed()
    approve(ready.batch(batch), director)
    drawn = prepared_signature(png("black"), 60, 20)

    def images() -> list[bool]:
        return [
            bool(one.image) for one in documents.batch_design(ready.batch(batch), "en").signatories
        ]

    with refuses("You have no signature here yet."):
        services.allow_on_batch(ready.batch(batch), director)
    services.keep_signature(drawn, director)
    services.keep_signature(drawn, other)
    services.allow_on_design(found("classic"), other)
    assert images() == [False, False]
    services.allow_on_batch(ready.batch(batch), director)
    assert images() == [False, True]
    held = own_signature(director)
    assert held is not None
    assert drawn not in held.sealed
    assert documents.signature_picture(held) == drawn


def test_a_withdrawn_signature_stays_on_what_was_issued(director, actor):
    services.keep_signature(prepared_signature(png("black"), 60, 20), director)
    services.allow_on_design(found("classic"), director)
    design_id = found("classic").id
    issued = utc_now()
    services.withdraw_signature(director)

    def stands(moment: object) -> bool:
        return bool(signatures_at([director.public_id], design_id=design_id, moment=moment))  # type: ignore[arg-type]

    assert stands(issued)
    assert not stands(None)
    assert not stands(utc_now() + timedelta(seconds=1))
    assert not stands(issued - timedelta(days=1))
    # A new picture must be allowed anew.
    services.keep_signature(prepared_signature(png("black"), 60, 20), director)
    assert not stands(None)
    services.signature_ends(db.session(), director.account_id or 0, utc_now())
    db.session.commit()
    assert own_signature(director) is None
    assert len(db.session.scalars(select(SignatureImage)).all()) == 2


def test_nobody_withdraws_anothers_word(director, actor):
    from kash.certificates.queries.designs import own_uses

    trainer = actor("trainer")
    services.keep_signature(prepared_signature(png("black"), 60, 20), director)
    services.allow_on_design(found("plain"), director)
    ((use, _design, _batch),) = own_uses(director)
    with pytest.raises(NotFound):
        services.withdraw_use(use.public_id, trainer)
    services.withdraw_use(use.public_id, director)
    assert own_uses(director) == []


def test_marks_are_those_of_the_workshops_funders(ready):
    workshop = ready.workshop
    funder, stranger = Funder(name="Pays"), Funder(name="Pays elsewhere")
    db.session.add_all([funder, stranger])
    db.session.flush()
    db.session.add(Funding(workshop_id=workshop.id, funder_id=funder.id, share=100))
    db.session.commit()
    for one in (funder, stranger):
        services.keep_mark(one, png("red"), ready.director)
    assert [name for name, _mark in marks_at(ready.workshop, None)] == ["Pays"]
    before = utc_now()
    funder = db.session.scalars(select(Funder).where(Funder.name == "Pays")).one()
    services.keep_mark(funder, png("blue"), ready.director)
    (old,), (new,) = marks_at(ready.workshop, before), marks_at(ready.workshop, None)
    assert storage.get(old[1].key) == png("red")
    assert storage.get(new[1].key) == png("blue")
    assert len(db.session.scalars(select(FunderMark)).all()) == 3
    printed = utc_now()
    services.remove_mark(funder, ready.director)
    assert marks_at(ready.workshop, None) == []
    assert len(marks_at(ready.workshop, printed)) == 1
    with pytest.raises(NotFound):
        services.remove_mark(funder, ready.director)


@pytest.mark.parametrize("size", [(12_000, 100), (3_000, 12_000), (12_000, 12_000)])
def test_a_picture_of_12000_pixels_is_refused_with_a_sentence(app, size):
    made = io.BytesIO()
    Image.new("1", size).save(made, "PNG")
    with app.test_request_context(), pytest.raises(PictureTooLarge) as refused:
        prepared_picture(made.getvalue(), 100, 100)
    assert str(refused.value).startswith("This picture is too large.")


def test_of_a_signature_only_the_ink_is_kept(app):
    sheet = Image.new("RGB", (400, 200), "#f2efe8")
    sheet.paste("black", (100, 50, 300, 60))
    made = io.BytesIO()
    sheet.save(made, "PNG")
    with Image.open(io.BytesIO(prepared_signature(made.getvalue(), 710, 200))) as ink:
        assert ink.mode == "RGBA"
        assert ink.size[0] / ink.size[1] > 15
        assert ink.getpixel((5, ink.size[1] // 2))[3] > 200
    with pytest.raises(NothingDrawn):
        prepared_signature(png("white"), 710, 200)


def test_the_second_language_says_the_sentence_again(ready):
    ready.confirm(ALL, MOST)
    made = services.make_design(
        "Two",
        DesignContent(
            words={"en": Words(sentence="joined [title] [days] by [organisation]")},
            signers=(Signer(SignerKind.NAMED, name="Heri Mazoezi", role="Host"),),
        ),
        ready.director,
    )
    services.put_into_use(made, 1, ready.director)
    batch = propose(ready.workshop, made, ready.trainer, unasked=Unasked.PRINT).public_id
    stored = db.session.scalars(
        select(CertificateBatch).where(CertificateBatch.public_id == batch)
    ).one()
    design, entries = documents.design_and_entries(stored, stored.certificates)
    title = stored.workshop.version.public_title
    assert entries[0].body.startswith(f"joined {title} ")
    assert "[" not in entries[0].body
    assert title in entries[0].body_second
    assert entries[0].body_second != entries[0].body
    assert design.wording.subheading == "Cheti cha Ushiriki"
    assert [(one.name, one.role) for one in design.signatories] == [("Heri Mazoezi", "Host")]


def test_the_pages_keep_what_was_typed_and_show_what_is_wrong(app, actor, client_for):
    browser = client_for(actor("director"))
    made = browser.post(
        "/certificates/designs/new", data={"name": "Ours", "base": "own"}
    ).location.removesuffix("/edit")
    typed = {
        "name": "Ours",
        "page": "A4",
        "accent": "#ffff00",
        "logo": "",
        "sentence_en": "took part in [titel]",
        "signer_1": "named",
        "html": "<p>nothing yet</p>",
        "row_version": "1",
    }
    answer = browser.post(f"{made}/edit", data=typed)
    assert answer.status_code == 422
    for said in (
        "There is no field [titel]. Offered are: [title], [days], [organisation].",
        "This colour is too pale for white paper: its contrast is",
        "Write the name that stands here.",
        'value="took part in [titel]"',
        "&lt;p&gt;nothing yet&lt;/p&gt;",
    ):
        assert said in answer.text, said
    right = {**typed, "accent": "#123456", "sentence_en": "", "signer_name_1": "Heri Mazoezi"}
    assert browser.post(f"{made}/edit", data=right).status_code == 303
    page = browser.get(made).text
    assert "The field “qr” is missing; no certificate is without it." in page
    assert browser.post(f"{made}/use", data={"row_version": "2"}).status_code == 409
    answer = browser.get(f"{made}/preview.png")
    assert answer.status_code == 422
    assert "Put right what is listed first" in answer.text


def test_the_list_of_designs_has_pages_and_asks_as_often_for_three_as_for_one(
    actor, client_for, count_queries, monkeypatch
):
    director = client_for(actor("director"))
    path = "/certificates/designs"
    director.get(path)
    counted = {}
    for rows in (1, 3):
        monkeypatch.setattr(queries, "DESIGNS_A_PAGE", rows)
        with count_queries() as asked:
            page = director.get(path).get_data(as_text=True)
        counted[rows] = asked.count
        assert page.count('width="1100"') == rows
    assert counted[1] == counted[3]
    monkeypatch.setattr(queries, "DESIGNS_A_PAGE", 2)
    assert "/certificates/designs/classic" in director.get(path).get_data(as_text=True)
    last = director.get(f"{path}?page=2").get_data(as_text=True)
    assert "/certificates/designs/plain" in last
    assert "/certificates/designs/classic" not in last


def test_a_design_over_many_pages_ends_with_a_sentence(app, actor, client_for):
    director = actor("director")
    html = (
        '<p data-field="name"></p><p data-field="serial"></p><img data-field="qr" alt="">'
        + '<p class="next">.</p>' * 500
    )
    content = DesignContent(base="own", html=html, css=".next { height: 2100mm; }")
    made = services.make_design("Long", content, director)
    browser = client_for(director)
    answer = browser.get(f"/certificates/designs/{made}/preview.pdf")
    assert answer.status_code == 422
    assert "This takes too long, or more than one page" in answer.text
    answer = browser.post(f"/certificates/designs/{made}/use", data={"row_version": "1"})
    assert answer.status_code == 409
    assert queries.version_in_use(made) is None
