"""What is read of certificates where of each kind of row there is one that just doesn't belong."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kash.accounts.models import Account
from kash.accounts.services.marks import token_hash
from kash.attendance.models import Slot
from kash.certificates.feature import certified
from kash.certificates.models import (
    Certificate,
    CertificateBatch,
    CertificateRule,
    Design,
    DesignImage,
    DesignVersion,
    FunderMark,
    HolderLink,
    Printing,
    PublishedTitle,
    SignatureImage,
    SignatureUse,
    SigningKey,
)
from kash.certificates.queries.certificates import (
    badge_places,
    certificate_counts,
    certificates_for_table,
    certificates_select,
    count_expiring,
    current_key,
    find_certificate,
    fits_typed,
    history_of,
    printed_before,
    printings_of,
    printings_of_one,
    published_titles,
    renewals_here,
    revoked_certificates,
    signing_keys,
)
from kash.certificates.queries.designs import (
    all_marks,
    design_version,
    designs,
    designs_on_offer,
    funder,
    image_of,
    images,
    lead_of,
    longest_names,
    marks_at,
    own_signature,
    own_uses,
    signatures_at,
    version_in_use,
    versions_of,
)
from kash.certificates.queries.issuing import (
    _holding,
    batch_of,
    batches_of,
    certificates_of,
    certificates_of_batch,
    certificates_of_person,
    current_rule,
    groups_of_batch,
    how_far,
    links_of,
    names_changed,
    own_certificate,
    own_certificates,
    rule_versions,
    some_for_preview,
    unconfirmed_registers,
    usable_link,
    visit,
    waiting_for,
)
from kash.certificates.rules.issuing import REPLACED
from kash.certificates.tracks.leaf_kinds import LeafQuestion
from kash.certificates.tracks.rules.tree import Leaf
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import NotFound
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Facilitator, Funder, Funding, Workshop
from tests.rows import row

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("sqlite_app")


def _person(group: Group, name: str, **more: Any) -> Person:
    return row(Person, chosen_name=name, sort_name=name.lower(), group_id=group.id, **more)


def _batch(**more: Any) -> CertificateBatch:
    return row(CertificateBatch, **({"state": "issued"} | more))


def _issued(batch: CertificateBatch, name: str, **more: Any) -> Certificate:
    return row(Certificate, batch=batch, printed_name=name, **({"issued_on": TODAY} | more))


def _names(rows: Any) -> list[str]:
    return [one.printed_name for one in rows]


def test_designs_stand_with_the_programmes_own_first_and_those_out_of_use_last(app, groups, actor):
    for before in db.session.query(Design):
        before.is_default = False
        before.retired_at = NOW
        before.name = f"Z {before.id}"
    b = row(Design, name="B", in_use=2)
    row(Design, name="Retired", in_use=1, retired_at=NOW)
    own = row(Design, name="C own", in_use=1, is_default=True)
    a = row(Design, name="A", in_use=1)
    row(Design, name="Draft")
    versions = {
        (design.name, number): row(DesignVersion, design_id=design.id, number=number)
        for design, number in ((b, 1), (b, 3), (b, 2), (a, 1))
    }
    with app.test_request_context("/"):
        listed = [one.name for one in designs()]
    assert [name for name in listed if name[:2] != "Z "] == ["C own", "A", "B", "Draft", "Retired"]
    assert [one.name for one in designs_on_offer()] == ["C own", "A", "B"]
    row(CertificateBatch, state="issued", design_version=versions["B", 3])
    assert [(one.number, many) for one, many in versions_of(b)] == [(3, 1), (2, 0), (1, 0)]
    assert design_version(b, 2) is versions["B", 2]
    with pytest.raises(NotFound):
        design_version(a, 2)
    assert version_in_use(b.public_id) is versions["B", 2]
    assert version_in_use(own.public_id) is None
    a.retired_at = NOW
    db.session.flush()
    assert version_in_use(a.public_id) is None
    seal = row(DesignImage, design_id=a.id, use="seal")
    row(DesignImage, design_id=b.id, use="logo")
    assert image_of(a, seal.public_id) is seal
    with pytest.raises(NotFound):
        image_of(b, seal.public_id)
    assert images([seal.public_id, "none"]) == {seal.public_id: seal}
    assert images([]) == {}
    _person(groups[1], "Short")
    _person(groups[1], "x", printed_name="A very long name of hers")
    _person(groups[1], "Somewhat longer")
    assert longest_names(actor("director"), 2) == ["A very long name of hers", "Somewhat longer"]
    db.session.rollback()


def test_what_runs_out_is_issued_holds_and_has_no_renewal_under_way(groups, actor):
    director, trainer = actor("director"), actor("trainer")
    batch = _batch()
    row(Facilitator, workshop_id=batch.workshop_id, account_id=trainer.account_id)
    people = {name: _person(groups[1], name) for name in "abcdefghij"}

    def made(name: str, left: int, serial: bool = True, **more: Any) -> Certificate:
        more.setdefault("batch_", batch)
        of = more.pop("batch_")
        expires = TODAY + left * DAY
        number = f"{name}{left}" if serial else None
        return _issued(of, name, person=people[name], expires_on=expires, serial=number, **more)

    made("b", 60)
    made("a", 0)
    made("c", 61)
    made("d", -1)
    made("e", 30, revoked_at=NOW)
    made("f", 30, serial=False)
    renewed, again, back, taken = made("g", 30), made("h", 30), made("i", 30), made("j", 31)
    renewal = _batch(kind="renewal")
    made("g", 500, batch_=renewal, renews=renewed)
    made("h", 500, serial=False, batch_=_batch(state="proposed"), renews=again)
    made("i", 500, serial=False, batch_=_batch(state="returned"), renews=back)
    made("j", 500, batch_=renewal, renews=taken, revoked_at=NOW)
    assert count_expiring(director, TODAY) == 4
    assert count_expiring(trainer, TODAY) == 4
    assert count_expiring(actor("trainer"), TODAY) == count_expiring(actor("peer"), TODAY) == 0
    workshop = db.session.get_one(Workshop, batch.workshop_id)
    assert _names(renewals_here(workshop, (), TODAY).by_decision) == ["d", "a", "i", "j", "b"]
    # Of one person the first to run out.
    made("b", 20)
    third = renewals_here(workshop, (), TODAY).by_decision[2]
    assert (third.printed_name, third.expires_on) == ("b", TODAY + 20 * DAY)
    db.session.rollback()


def test_the_history_of_a_certificate_is_what_is_tied_to_it(groups, actor):
    batch, her = _batch(), _person(groups[1], "Nyota")
    first = _issued(batch, "first", person=her, serial="1", issued_on=TODAY - 9 * DAY)
    corrected = _issued(
        batch, "corrected", person=her, serial="2", issued_on=TODAY, supersedes=first
    )
    renewed = _issued(batch, "renewed", person=her, serial="3", issued_on=TODAY, renews=corrected)
    other = _issued(batch, "other", person=her, serial="4")
    _issued(_batch(), "waiting", person=her, renews=renewed)
    director = actor("director")
    told = [one.printed_name for one in history_of(corrected, director)]
    assert told == ["renewed", "corrected", "first"]
    assert history_of(other, director) == [other]
    assert history_of(first, actor("peer")) == []
    assert _names(certificates_of_person(her.public_id, director)) == [
        "other",
        "renewed",
        "corrected",
        "first",
    ]
    assert certificates_of_person(_person(groups[1], "Mto").public_id, director) == []
    assert _names(own_certificates(her.id)) == ["other", "renewed", "corrected", "first"]
    assert own_certificate(her.id, first.public_id) is first
    for person, wanted in ((her.id + 1, first), (her.id, _issued(_batch(), "w", person=her))):
        with pytest.raises(NotFound):
            own_certificate(person, wanted.public_id)
    db.session.rollback()


def test_a_link_of_a_holder_can_be_spent_once_and_in_time(groups):
    her = _person(groups[1], "Nyota")

    def link(token: str, **more: Any) -> HolderLink:
        values = {"expires_at": NOW + DAY, "token_hash": token_hash(token), "person_id": her.id}
        return row(HolderLink, **(values | more))

    good = link("good", made_at=NOW - 3 * DAY)
    link("used", used_at=NOW, made_at=NOW - 4 * DAY)
    link("ended", ended_at=NOW, made_at=NOW - 2 * DAY)
    link("over", expires_at=NOW, made_at=NOW - 5 * DAY)
    assert [
        token for token in ("good", "used", "ended", "over", "none") if usable_link(token, NOW)
    ] == ["good"]
    for secret, more in (
        ("goes on", {"visit_ends_at": NOW + DAY}),
        ("past", {"visit_ends_at": NOW}),
        ("ended visit", {"visit_ends_at": NOW + DAY, "ended_at": NOW}),
    ):
        link(f"l {secret}", visit_hash=token_hash(secret), made_at=NOW - 9 * DAY, **more)
    assert [
        secret
        for secret in ("goes on", "past", "ended visit", "")
        if visit(secret, NOW) is not None
    ] == ["goes on"]
    link("hers", person_id=_person(groups[1], "Mto").id)
    newest = [one.token_hash for one in links_of(her)][:4]
    assert newest == [token_hash(token) for token in ("ended", "good", "used", "over")]
    assert links_of(her, most=1)[0].token_hash == token_hash("ended")
    assert len(links_of(her)) == 7
    assert good in links_of(her)
    db.session.rollback()


def test_batches_of_a_workshop_and_rules_stand_with_the_latest_first(groups, actor):
    assert (current_rule(), rule_versions()) == (None, [])
    for version in (2, 3, 1):
        row(CertificateRule, version=version)
    assert [rule.version for rule in rule_versions()] == [3, 2, 1]
    assert current_rule() is rule_versions()[0]
    workshop = row(Workshop)
    batches = [
        _batch(workshop=workshop, state=state, rule=rule_versions()[0], created_at=NOW - at * DAY)
        for at, state in enumerate(("returned", "approved", "stopped", "issued", "proposed"))
    ]
    for name in ("b", "A", "c"):
        _issued(batches[0], name, person=_person(groups[1], name))
    elsewhere = _batch(rule=rule_versions()[0], state="proposed", created_at=NOW)
    assert batches_of(workshop) == [(one, 0) for one in reversed(batches[1:])] + [(batches[0], 3)]
    assert _names(certificates_of(batches[0])) == ["A", "b", "c"]
    assert batch_of(workshop, batches[1].public_id) is batches[1]
    with pytest.raises(NotFound):
        batch_of(workshop, elsewhere.public_id)
    for slot in ({}, {"closed_at": NOW}, {"closed_at": NOW, "confirmed_at": NOW}):
        row(Slot, register_id=workshop.register_id, **slot)
    row(Slot, closed_at=NOW)
    assert unconfirmed_registers(workshop) == 1
    # Whoever approves is asked about what others proposed, whoever runs it about what she issues.
    trainer = actor("trainer")
    row(Facilitator, workshop_id=workshop.id, account_id=trainer.account_id)
    db.session.flush()
    waiting = [one.batch_public_id for one in waiting_for(trainer)]
    assert waiting == [batches[2].public_id, batches[1].public_id]
    assert [one.batch_public_id for one in waiting_for(actor("director"))] == [
        batches[4].public_id,
        elsewhere.public_id,
    ]
    assert [one.batch_public_id for one in waiting_for(actor("director"), limit=1)] == [
        batches[4].public_id
    ]
    assert waiting_for(actor("peer")) == []
    db.session.rollback()


def test_a_renewal_and_its_correction_are_no_certificates_of_where_the_refresher_was(groups):
    """Else whoever came for a refresher gets no certificate of that workshop itself."""
    course = row(Course)
    refresher = row(Workshop, version=row(CourseVersion, course=course))
    her, him = _person(groups[1], "Nyota"), _person(groups[0], "Mto")
    first = _issued(_batch(), "Nyota", person=her)
    renewal = _batch(kind="renewal", workshop=refresher)
    corrected = _batch(kind="correction", workshop=refresher)
    _issued(renewal, "Nyotta", person=her, renews=first, revoked_at=NOW, revoked_class=REPLACED)
    _issued(corrected, "Nyota", person=her, renews=first, serial="1")
    _issued(_batch(workshop=refresher), "Mto", person=him, serial="2")
    holding = db.session.scalars(_holding(refresher.id, None, None)).all()
    leaf = Leaf.of("certificate", course=course.public_id)
    given = certified(db.session(), leaf, LeafQuestion(TODAY))
    assert (holding, set(given)) == ([him.id], {him.id})
    db.session.rollback()


def test_a_batch_is_told_by_group_and_by_how_far_it_is(groups):
    batch = _batch()
    for name, group, serial in (("Nyota", 1, "1"), ("bahari ndogo", 1, None), ("Mto", 0, None)):
        person = _person(groups[group], name)
        _issued(batch, name, person=person, serial=serial)
    _issued(_batch(), "Elsewhere", person=_person(groups[0], "Elsewhere"))
    assert how_far(batch) == (1, 3)
    assert groups_of_batch(batch) == {"A": 1, "B": 2}
    assert {
        letter: sorted(_names(db.session.scalars(certificates_of_batch(batch, letter))))
        for letter in ("A", "B", "")
    } == {"A": ["Mto"], "B": ["Nyota", "bahari ndogo"], "": ["Mto", "Nyota", "bahari ndogo"]}
    assert _names(some_for_preview(batch)) == ["bahari ndogo"]
    assert names_changed(batch) == 0
    for one in certificates_of(batch):
        one.person.chosen_name += " X"
    db.session.flush()
    assert names_changed(batch) == 2
    db.session.rollback()


def test_what_is_published_is_every_key_title_place_and_revocation(groups):
    assert current_key() is None
    old = row(SigningKey, key_id="1", state="retired")
    new = row(SigningKey, key_id="2", state="current", private_sealed=b"1")
    assert list(signing_keys()) == [new, old]
    assert current_key() is new
    row(PublishedTitle, title_id="b", title="B")
    row(PublishedTitle, title_id="a", title="A")
    assert list(published_titles().items()) == [("a", "A"), ("b", "B")]
    batch = _batch()
    midnight = datetime(2026, 11, 19, 21, tzinfo=UTC)
    for serial, more in (
        ("1", {"badge_place": 5}),
        ("2", {"badge_place": 7, "revoked_at": midnight, "revoked_class": "conduct"}),
        (None, {"revoked_at": NOW}),
    ):
        _issued(batch, "x", person=_person(groups[1], "x"), serial=serial, **more)
    assert sorted(badge_places()) == [(5, False), (7, True)]
    # By the day of the programme's own clock.
    assert [(one.serial, one.day, one.reason_class) for one in revoked_certificates()] == [
        ("2", TODAY, "other")
    ]
    db.session.rollback()


def test_the_list_tells_each_condition_and_finds_serials_names_and_titles(groups, actor):
    director = actor("director")
    batch = _batch(workshop=row(Workshop, title="Kisumu 100%"))
    rows: dict[str, dict[str, Any]] = {
        "for ever": {},
        "valid": {"expires_on": TODAY + 61 * DAY},
        "expiring": {"expires_on": TODAY + 60 * DAY},
        "last day": {"expires_on": TODAY},
        "expired": {"expires_on": TODAY - DAY},
        "revoked": {"revoked_at": NOW, "revoked_class": "conduct"},
        "replaced": {"revoked_at": NOW, "revoked_class": "replaced", "expires_on": TODAY - DAY},
    }
    serials = iter(["000000000000"])
    for at, (name, more) in enumerate(rows.items()):
        person = _person(groups[at % 2], name)
        values = {
            "serial": next(serials, str(at)),
            "issued_on": TODAY - at * DAY,
            "public_title": f"T_{at}",
        }
        _issued(batch, name, person=person, **values, **more)
    _issued(batch, "waiting", person=_person(groups[0], "waiting"))

    def listed(condition: str = "", found: str = "", letter: str = "") -> set[str]:
        statement = certificates_select(director, TODAY, condition, fits_typed(found), letter)
        return set(_names(db.session.scalars(statement)))

    assert {
        one: listed(one) for one in ("valid", "expiring", "expired", "revoked", "replaced")
    } == {
        "valid": {"for ever", "valid", "expiring", "last day"},
        "expiring": {"expiring", "last day"},
        "expired": {"expired"},
        "revoked": {"revoked"},
        "replaced": {"replaced"},
    }
    assert listed() == set(rows)
    assert listed(letter="B") == {"valid", "last day", "revoked"}
    assert listed(found="0000-0000-0000") == {"for ever"}
    assert listed(found="EXPIR") == {"expiring", "expired"}
    assert listed(found="t_3") == {"last day"}
    assert listed(found="100%") == set(rows)
    assert listed(found="%") == set(rows)
    assert listed(found="_") == set(rows)
    assert listed(found="nowhere") == set()
    assert certificate_counts(director, TODAY) == {"A": 4, "B": 3}
    assert certificate_counts(director, TODAY, "revoked") == {"B": 1}
    table = list(db.session.execute(certificates_for_table(director, TODAY, "", None)))
    assert [line.name for line in table] == list(rows)
    assert {line.workshop for line in table} == {"Kisumu 100%"}
    trainer = actor("trainer")
    row(Facilitator, workshop_id=batch.workshop_id, account_id=trainer.account_id)
    assert {
        line.name for line in db.session.execute(certificates_for_table(trainer, TODAY, "", None))
    } == {""}
    found = find_certificate(director, "oooo-0000-0000")
    assert found is not None
    assert found.printed_name == "for ever"
    assert find_certificate(director, "0000") is None
    assert find_certificate(actor("peer"), "000000000000") is None
    db.session.rollback()


def test_printings_are_those_of_a_batch_or_of_one_certificate_in_it(groups):
    batch, other = _batch(), _batch()
    one, two = (_issued(batch, name, person=_person(groups[1], name)) for name in "ab")

    def printed(at: int, kind: str, **more: Any) -> None:
        values = {"batch_id": batch.id, "kind": kind, "count": 1, "made_at": NOW + at * DAY}
        row(Printing, **(values | more))

    printed(2, "one_file", certificate_id=one.id)
    printed(1, "zip", certificate_id=two.id)
    printed(3, "zip", batch_id=other.id)
    asked = {"session": db.session(), "batch_id": batch.id}
    assert [kind for kind in ("one_file", "zip") if printed_before(**asked, kind=kind)] == []
    assert [
        certificate.printed_name
        for certificate in (one, two)
        if printed_before(**asked, certificate_id=certificate.id)
    ] == ["a"]
    printed(0, "zip")
    assert [kind for kind in ("one_file", "zip") if printed_before(**asked, kind=kind)] == ["zip"]
    assert printed_before(**asked, certificate_id=two.id)
    assert [made.made_at for made in printings_of(batch)] == [NOW + 2 * DAY, NOW + DAY, NOW]
    assert [made.made_at for made in printings_of_one(one)] == [NOW + 2 * DAY, NOW]
    for at in range(60):
        printed(-at, "zip")
    assert len(printings_of(batch)) == len(printings_of_one(one)) == 50
    db.session.rollback()


def test_signatures_stand_where_they_were_allowed_when_it_was_issued(actor):
    who, other = actor("director", name="Zawadi"), actor("trainer", name="Amani")
    design, another, batch = row(Design), row(Design), _batch()
    row(SignatureImage, account_id=who.account_id, withdrawn_at=NOW)
    image = row(SignatureImage, account_id=who.account_id)
    theirs = row(SignatureImage, account_id=other.account_id)

    def use(
        signature: SignatureImage, since: int, until: int | None = None, **place: int
    ) -> SignatureUse:
        ended = None if until is None else NOW + until * DAY
        values = {"approved_at": NOW + since * DAY, "withdrawn_at": ended}
        return row(SignatureUse, signature_id=signature.id, **values, **place)

    first = use(image, 0, design_id=design.id)
    past = use(image, -9, -5, batch_id=batch.id)
    use(theirs, 0, design_id=another.id)
    assert own_signature(who) is image
    assert own_signature(actor("trainer")) is None
    last = use(image, 0, batch_id=batch.id)
    assert [told[0] for told in own_uses(who)] == [last, first]
    assert own_uses(who)[0][1:] == (None, batch)
    assert own_uses(who)[1][1:] == (design, None)

    def may_stand(**asked: Any) -> set[str]:
        accounts = [who.public_id, "", other.public_id]
        return set(signatures_at(accounts, **({"design_id": design.id} | asked)))

    assert may_stand() == {who.public_id}
    assert may_stand(design_id=another.id) == {other.public_id}
    assert may_stand(design_id=another.id, batch_id=batch.id) == {who.public_id, other.public_id}
    assert may_stand(design_id=0, batch_id=batch.id, moment=past.approved_at) == {who.public_id}
    assert may_stand(design_id=0, batch_id=batch.id, moment=NOW - DAY) == set()
    assert signatures_at([""], design_id=design.id) == {}
    workshop = row(Workshop)
    assert lead_of(workshop) is None
    row(Facilitator, workshop_id=workshop.id, account_id=other.account_id)
    row(Facilitator, account_id=row(Account).id, lead=True)
    assert lead_of(workshop) == (other.public_id, "Amani")
    row(Facilitator, workshop_id=workshop.id, account_id=who.account_id, lead=True)
    assert lead_of(workshop) == (who.public_id, "Zawadi")
    db.session.rollback()


def test_marks_of_funders_are_those_of_the_moment_the_greatest_share_first():
    workshop = row(Workshop)
    funders = {name: row(Funder, name=name) for name in ("beta", "Alpha", "Gamma", "none")}
    for name, share in (("beta", 30), ("Alpha", 30), ("Gamma", 40)):
        row(Funding, workshop=workshop, funder=funders[name], share=share)
    old = row(FunderMark, funder_id=funders["Gamma"].id, created_at=NOW - 9 * DAY, replaced_at=NOW)
    new = row(FunderMark, funder_id=funders["Gamma"].id, created_at=NOW)
    beta, alpha, none = (
        row(FunderMark, funder_id=funders[name].id, created_at=NOW - DAY)
        for name in ("beta", "Alpha", "none")
    )
    assert marks_at(workshop, None) == [("Gamma", new), ("Alpha", alpha), ("beta", beta)]
    assert marks_at(workshop, NOW - 2 * DAY) == [("Gamma", old)]
    assert marks_at(row(Workshop), None) == []
    row(Funder, name="unmarked")
    assert [(one.name, mark) for one, mark in all_marks()] == [
        ("Alpha", alpha),
        ("beta", beta),
        ("Gamma", new),
        ("none", none),
        ("unmarked", None),
    ]
    assert funder(funders["Gamma"].public_id) == (funders["Gamma"], new)
    with pytest.raises(NotFound):
        funder("nobody")
    db.session.rollback()
