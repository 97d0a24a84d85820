"""The list of issued certificates by how they stand, and the table that is taken along."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kash.certificates.forms import CONDITION_NAMES
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.certificates import in_condition
from kash.certificates.queries.issuing import candidates
from kash.certificates.services.certificates import remind_of_expiry
from kash.certificates.services.issuing import set_rule
from kash.platform.database import db, utc_now
from kash.platform.jobs import Job
from kash.platform.vault.models import AuditEntry
from kash.platform.web.formats import local_today
from kash.workshops.models import Workshop

from .conftest import ALL, LITTLE, MOST


@pytest.fixture
def three(ready):
    """Three issued certificates."""
    set_rule(1, name_must_be_confirmed=True, months_valid=12, by=ready.director)
    ready.confirm(ALL, MOST, LITTLE)
    ready.issued()
    return ready


def change(name: str, **values: object) -> None:
    db.session.rollback()
    db.session.execute(update(Certificate).where(Certificate.printed_name == name).values(**values))
    db.session.commit()


@pytest.mark.usefixtures("both_engines_app")
def test_the_database_and_the_rule_agree(three):
    today = local_today()
    days = (None, -1, 0, 1, 60, 61)
    for revoked in ("", "conduct", "replaced"):
        for day in days:
            change(
                ALL,
                expires_on=None if day is None else today + timedelta(days=day),
                revoked_at=utc_now() if revoked else None,
                revoked_class=revoked,
            )
            (one,) = db.session.scalars(select(Certificate).where(Certificate.printed_name == ALL))
            told = one.condition(today)
            found = {
                condition
                for condition in CONDITION_NAMES
                if db.session.scalar(
                    select(Certificate.id).where(
                        Certificate.id == one.id, in_condition(condition, today)
                    )
                )
            }
            # What runs out soon is also valid.
            assert found - {"valid"} == {told} - {"valid"}
            assert ("valid" in found) == (told in ("valid", "expiring"))


def test_one_name_that_waits_is_one_name(ready, client_for):
    ready.confirm(ALL)
    ready.proposed()
    today = client_for(ready.director).get("/").text
    assert "1<small>name</small>" in today
    assert "<small>names</small>" not in today


def rows(answer: object) -> list[list[str]]:
    text = answer.get_data().decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))


def test_lists_and_tables_follow_the_filter_and_the_reach(three, client_for, sign_in):
    today = local_today()
    change(ALL, expires_on=today - timedelta(days=1), printed_name="=HYPERLINK(1)")
    change(MOST, expires_on=today + timedelta(days=9))
    director, other = client_for(three.director), sign_in("trainer", name="Another")
    expiring = director.get("/certificates/?state=expiring").text
    assert '"chips"' not in expiring.partition("<main")[2]
    assert MOST in expiring
    assert LITTLE not in expiring
    assert "expire within 60 days and are not renewed: 1." in director.get("/certificates/").text
    assert "expire within 60 days" in director.get("/").text
    assert "expire within 60 days" not in other.get("/").text

    # The head says how many were issued, or how many of them fit: never the one as the other.
    assert "Certificates issued: 3." in director.get("/certificates/").text
    assert "Certificates found: 1." in expiring
    assert "Certificates issued" not in expiring
    assert "Certificates found: 1." in director.post("/certificates/", data={"search": LITTLE}).text

    # One who looks is asked first what she takes.
    asked = director.post("/certificates/export", data={"state": "expired", "search": "Sampuli"})
    assert 'name="search" value="Sampuli"' in asked.text
    taken = rows(director.post("/certificates/export", data={"kind": "csv"}))
    assert len(taken) == 4
    expired = rows(director.post("/certificates/export", data={"kind": "csv", "state": "expired"}))
    head, line = expired
    assert head[:3] == ["Serial", "Printed name", "Title"]
    assert line[1:3] == ["'=HYPERLINK(1)", "Working Together"]
    assert line[4] == "6"
    assert line[6:8] == [(today - timedelta(days=1)).isoformat(), "Expired"]
    # Whoever does not reach these people gets serials without names.
    theirs = rows(other.post("/certificates/export", data={"kind": "csv"}))
    assert [line[1] for line in theirs[1:]] == ["", "", ""]
    assert sorted(line[0] for line in theirs) == sorted(line[0] for line in taken)
    batch = db.session.query(CertificateBatch.public_id).limit(1).scalar()
    at = f"/workshops/{three.workshop.public_id}/certificates/batches/{batch}?take=csv&group=A"
    db.session.rollback()
    assert [rows(one.post(at))[1][0] for one in (other, director)] == ["", MOST]
    exported = db.session.scalars(
        select(AuditEntry.actor)
        .where(AuditEntry.action == "certificates.exported")
        .order_by(AuditEntry.seq)
    ).all()
    assert exported[:2] == [three.director.public_id] * 2


NAMES = {"A": {MOST}, "B": {ALL, LITTLE}}


def named(page: str) -> set[str]:
    return set(re.findall(r"\w+ Sampuli", page.partition("<main")[2]))


@pytest.mark.usefixtures("both_engines_app")
def test_the_list_names_one_group_at_a_time_and_counts_both(three, client_for):
    director = client_for(three.director)
    for letter, names in NAMES.items():
        page = director.get(f"/certificates/?group={letter}&sort=name").text
        assert named(page) == names
        assert "Certificates issued: 3." in page
        # Turning keeps the order, and paging the group.
        assert {f"group={one}&amp;sort=name" in page for one in "AB"} == {True}
        assert "Total: " + str(len(names)) in page
    # One group has nobody here: the other one is shown, and nothing to turn to.
    change(MOST, expires_on=local_today() + timedelta(days=9))
    assert named(director.get("/certificates/?state=expiring&group=B").text) == {MOST}
    assert director.get("/certificates/?group=Z").status_code == 200


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_of_many_certificates_it_is_told_that_there_are_more_and_all_are_listed(
    three, client_for, monkeypatch
):
    told = []
    for most in (1, 2, 500):
        monkeypatch.setattr("kash.certificates.queries.certificates.MOST_COUNTED", most)
        page = client_for(three.director).get("/certificates/?group=B").text
        assert named(page) == NAMES["B"]
        told += re.findall(r"Certificates issued: (.*?)\.", page)
    assert told == ["more than 2", "3", "3"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_list_asks_as_often_for_three_certificates_as_for_one(
    method, three, client_for, count_queries
):
    director = client_for(three.director)
    counts = []
    for name in (MOST, "Sampuli"):
        with count_queries() as asked:
            if method == "post":
                page = director.post("/certificates/", data={"search": name, "group": "B"})
            else:
                page = director.get("/certificates/?group=" + ("A" if name == MOST else "B"))
        counts.append((len(named(page.text)), asked.count))
    assert [rows for rows, _count in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]


def test_the_list_of_one_group_reads_nobody_but_whose_certificates_are_there(
    three, client_for, count_queries
):
    """Joined with everybody, the list took six times as long among a hundred times as many people:
    PostgreSQL then reads them all."""
    director = client_for(three.director)
    with count_queries() as asked:
        director.get("/certificates/?group=B")
    of_groups = [one for one in asked.statements if "person.group_id" in one]
    assert len(of_groups) == 2
    for one in of_groups:
        assert "WHERE person.id = certificate.person_id" in one
        assert re.search(r"JOIN person\b|EXISTS", one) is None


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_search_finds_certificates_of_one_group_at_a_time(three, client_for):
    """Whoever types a title in a hall sees one side; the name stays out of the address."""
    director = client_for(three.director)
    for letter, names in NAMES.items():
        sent = {"search": "Working", "group": letter, "sort": "name", "direction": "desc"}
        page = director.post("/certificates/", data=sent).text
        assert named(page) == names
        assert "Certificates found: 3." in page
        turning = page.partition('class="chips"')[2].partition("</form>")[0]
        assert re.findall(r'name="group" value="(\w)"', turning) == ["A", "B"]
        for name, value in (("search", "Working"), ("sort", "name"), ("direction", "desc")):
            assert f'name="{name}" value="{value}"' in turning
        # Sorting and paging stay in the group.
        head = page.partition("<thead>")[2].partition("</thead>")[0]
        assert f'name="group" value="{letter}"' in head


@pytest.mark.usefixtures("both_engines_app")
def test_a_search_that_finds_many_says_that_there_are_more_and_shows_all_of_them(
    three, client_for, monkeypatch
):
    """Among a hundred thousand all who are called so are never counted to show the first page."""
    director = client_for(three.director)
    counts = set()
    for most in (1, 2, 3, 100):
        monkeypatch.setattr("kash.certificates.queries.certificates.MOST_FOUND", most)
        for letter, names in NAMES.items():
            sent = {"search": "Working", "group": letter, "sort": "name", "direction": "desc"}
            page = director.post("/certificates/", data=sent).text
            assert named(page) == names
            counts.add((most, *re.findall(r"Certificates found: (.*?)\.", page)))
    assert counts == {(1, "more than 2"), (2, "3"), (3, "3"), (100, "3")}


def test_a_search_reads_once_what_workshops_are_called(
    three, client_for, count_queries, monkeypatch
):
    """Among 5,000 workshops that took as long as the certificates that were searched for."""
    director = client_for(three.director)
    title = db.session.scalar(select(Workshop.title))
    for most, read in ((1, 1), (0, 6)):
        # However many workshops are called so, and certificates are found, all of them are.
        monkeypatch.setattr("kash.certificates.queries.certificates._MOST_BATCHES", most)
        monkeypatch.setattr("kash.certificates.queries.certificates.MOST_FOUND", 1)
        with count_queries() as asked:
            page = director.post("/certificates/", data={"search": title, "group": "B"})
        assert named(page.text) == NAMES["B"]
        assert sum(one.count("lower(workshop.title)") for one in asked.statements) == read


def test_a_printed_name_leads_to_her_certificate_and_from_there_to_her(three, client_for, actor):
    (one,) = db.session.scalars(select(Certificate).where(Certificate.printed_name == ALL))
    address, key = f"/certificates/{one.public_id}", one.person_id
    director = client_for(three.director)
    assert f'<a href="{address}">{ALL}</a>' in director.get("/certificates/?group=B").text
    link = f'<a href="/people/{three.person(ALL)}">{ALL}</a>'
    assert link in director.get(address).text
    # Whoever may open no page but her own reads her name as it is.
    own = client_for(actor("peer", person_id=key)).get(address).text
    assert ALL in own
    assert "/people/" not in own.partition("<main")[2]


@pytest.mark.usefixtures("both_engines_app")
def test_staff_and_consenting_holders_are_reminded_once(three, actor, monkeypatch):
    from kash.people.services.persons import record_consent

    monkeypatch.setattr("kash.certificates.services.certificates.mail_is_set_up", lambda: True)
    today = local_today()
    people = {
        row.chosen_name: (row.person_id, row.person_public_id) for row in candidates(three.workshop)
    }
    holder = actor("peer", name="Holder", person_id=people[ALL][0])
    refuses = actor("peer", name="Refuses", person_id=people[MOST][0])
    actor("peer", name="Not yet", person_id=people[LITTLE][0])
    db.session.rollback()
    record_consent(people[MOST][1], "contact", "refused", three.trainer)
    for name in (ALL, MOST):
        change(name, expires_on=today + timedelta(days=30))

    def asked() -> list[str]:
        db.session.rollback()
        kind = Job.kind == "certificates.reminder"
        return [one.arguments["account"] for one in db.session.scalars(select(Job).where(kind))]

    assert remind_of_expiry(today) == 2
    assert sorted(asked()) == sorted([three.trainer.public_id, holder.public_id])
    assert refuses.public_id not in asked()
    assert remind_of_expiry(today) == 0
    assert remind_of_expiry(today + timedelta(days=10)) == 0
    assert remind_of_expiry(today + timedelta(days=16)) == 2
    monkeypatch.setattr("kash.certificates.services.certificates.mail_is_set_up", lambda: False)
    assert remind_of_expiry(today + timedelta(days=16)) == 0
