"""Finding anything: each kind as far as one's own permission for it reaches, and no trace."""

import re
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kash.desk.search import FEW, search
from kash.forums.models import Forum
from kash.people.models import Group
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.people.services.directory import ServiceDetails, add_service
from kash.people.services.persons import PersonDetails, add_person
from kash.platform.database import db, new_public_id
from kash.platform.vault import AuditEntry
from kash.policy import SYSTEM
from kash.training.models import Course
from kash.workshops.models import Workshop
from tests.certificates.conftest import ALL, MOST, Ready, ready  # noqa: F401
from tests.workshops.conftest import held, plan  # noqa: F401


def hits(page: str) -> dict[str, list[str]]:
    """What stands under each heading."""
    main = page.split('id="found"', 1)[1].split("</main>", 1)[0]
    found = {}
    for part in re.findall(r"(?s)<section.*?</section>", main):
        heading = re.findall(r"(?s)<h2[^>]*>(.*?)</h2>", part)[0].strip()
        found[heading] = [
            unescape(each.strip())
            for each in re.findall(r"(?s)<li>\s*<(?:a|b)[^>]*>(.*?)</(?:a|b)>", part)
        ]
    return found


def asked(browser: FlaskClient, text: str, **more: str) -> dict[str, list[str]]:
    return hits(browser.post("/search", data={"search": text} | more).text)


@pytest.fixture
def lake(both_engines_app, actor):
    """One of everything called after the lake, and somebody else's workshop and forum."""
    trainer = actor("trainer")
    group = db.session.scalars(select(Group.public_id).where(Group.letter == "B")).one()
    add_person(PersonDetails(chosen_name="Ziwani Mfano", group=group), trainer)
    add_person(PersonDetails(chosen_name="Ziwá Ng’ang’a", group=group), SYSTEM)
    add_organisation(OrganisationDetails("Ziwa Collective", "collective"), SYSTEM)
    add_service(ServiceDetails("Ziwa Clinic", "clinic", date(2026, 11, 1)), SYSTEM)
    add_service(
        ServiceDetails(
            "Lantern", "shelter", date(2026, 11, 1), address="Ziwa Lane", address_confidential=True
        ),
        SYSTEM,
    )
    db.session.add(Course(public_id=new_public_id(), name="Ziwa course"))
    db.session.add(
        Forum(public_id=new_public_id(), name="Ziwa forum", secretary_id=trainer.account_id)
    )
    db.session.commit()
    return trainer


EVERYTHING = {
    "People": ["Ziwá Ng’ang’a", "Ziwani Mfano"],
    "Courses": ["Ziwa course"],
    "Forums": ["Ziwa forum"],
    "Organisations": ["Ziwa Collective"],
    "Services": ["Ziwa Clinic"],
}
WHO_FINDS_WHAT = {
    "trainer": EVERYTHING,
    "director": EVERYTHING,
    "monitoring": EVERYTHING,
    "documentation": EVERYTHING,
    "custodian": {name: rows for name, rows in EVERYTHING.items() if name != "Courses"},
    "administrator": {"Services": ["Ziwa Clinic"]},
    "funder": {"Services": ["Ziwa Clinic"]},
    "peer": {"Services": ["Ziwa Clinic"]},
    "police_peer": {"Services": ["Ziwa Clinic"]},
}


@pytest.mark.parametrize("role", sorted(WHO_FINDS_WHAT))
def test_each_kind_is_found_as_far_as_its_own_permission_reaches(lake, sign_in, role):
    assert asked(sign_in(role), "ziwa") == WHO_FINDS_WHAT[role]


def test_a_page_that_is_out_of_reach_is_not_linked(lake, client_for, sign_in):
    page = client_for(lake).post("/search", data={"search": "ziwa"}).text
    links = re.findall(r'<a href="(/people/[0-9a-z]{16})">\s*([^<]+?)\s*</a>', page)
    assert [name for _address, name in links] == ["Ziwani Mfano"]
    every = sign_in("director").post("/search", data={"search": "ziwa"}).text
    links = re.findall(r'<a href="(/people/[0-9a-z]{16})">', every)
    assert len(links) == 2


def test_certificates_are_found_by_their_whole_serial_and_only_ones_own(
    ready,  # noqa: F811
    sign_in,
    client_for,
):
    from kash.certificates.queries.issuing import certificates_of

    ready.confirm(ALL, MOST)
    most, whole = certificates_of(ready.batch(ready.issued()))
    serials = [whole.serial or "", most.serial or ""]
    holder = whole.person_id
    trainer = client_for(ready.trainer)
    assert [len(asked(trainer, each.lower()).get("Certificates", [])) for each in serials] == [1, 1]
    assert "Certificates" not in asked(trainer, serials[0][:8])
    peer = sign_in("peer", person_id=holder)
    assert [len(asked(peer, each).get("Certificates", [])) for each in serials] == [1, 0]
    for role in ("documentation", "custodian", "administrator", "funder"):
        assert "Certificates" not in asked(sign_in(role), serials[0])


def test_a_participant_finds_her_own_workshop_and_no_other(
    ready,  # noqa: F811
    sign_in,
):
    title = db.session.scalar(select(Workshop.title))
    person = ready.workshop.enrolments[0].person_id
    assert asked(sign_in("peer", person_id=person), title)["Workshops"] == [title]
    assert "Workshops" not in asked(sign_in("peer"), title)
    assert "Workshops" not in asked(sign_in("funder"), title)


def test_pages_are_found_by_what_they_are_called(sign_in):
    assert asked(sign_in("administrator"), "audit trail") == {
        "Pages": ["Audit trail"],
        "Help": ["The audit trail"],
    }
    assert "Pages" not in asked(sign_in("trainer"), "audit trail")
    assert asked(sign_in("trainer", language="sw"), "tengeneza kadi") == {}
    assert asked(sign_in("trainer", language="sw"), "chapa KADI") == {"Kurasa": ["Chapa kadi"]}


def test_five_are_shown_and_all_are_one_posted_button_away(app, sign_in):
    for number in range(FEW + 2):
        add_organisation(OrganisationDetails(f"Ziwa {number}", "partner"), SYSTEM)
        add_service(ServiceDetails(f"Ziwa {number}", "clinic", date(2026, 11, 1)), SYSTEM)
    browser = sign_in("director")
    page = browser.post("/search", data={"search": "ziwa"}).text
    assert {name: len(rows) for name, rows in hits(page).items()} == {
        "Organisations": FEW,
        "Services": FEW,
    }
    assert re.findall(r'method="post" action="([^"]+)"', page.split('id="found"')[1]) == [
        "/search",
        "/services/search",
        "/sign-out",
    ]
    assert len(asked(browser, "ziwa", kind="organisations")["Organisations"]) == FEW + 2
    assert list(asked(browser, "ziwa", kind="organisations")) == ["Organisations"]
    assert list(asked(browser, "ziwa", kind="nonsense")) == ["Organisations", "Services"]
    # What is not found for a role is not found by asking for its kind either.
    assert asked(sign_in("peer"), "ziwa", kind="organisations") == {}


@pytest.mark.any_engine
def test_as_you_type_only_what_was_found_comes(lake, sign_in):
    browser = sign_in("funder")
    answer = browser.post("/search", data={"search": "ziwa"}, headers={"HX-Request": "true"})
    assert "Ziwa Clinic" in answer.text
    assert "<html" not in answer.text
    assert "Found: 1" in answer.text
    assert not [name for name, _value in answer.headers if name.startswith("HX-")]


def test_what_was_typed_is_in_no_address_and_nowhere_written_down(lake, sign_in):
    browser = sign_in("trainer")
    before = db.session.scalar(select(func.count(AuditEntry.seq)))
    answer = browser.post("/search", data={"search": "Ziwani Mfano"})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert not re.findall(r'(?:href|action|hx-post)="[^"]*ziwani', answer.text, re.I)
    assert "<title>Programme</title>" in answer.text
    db.session.rollback()
    assert db.session.scalar(select(func.count(AuditEntry.seq))) == before
    by_address = browser.get("/search?search=Ziwani")
    assert "Ziwani" not in by_address.text.split("<main", 1)[1]


@pytest.mark.parametrize(
    "typed", ["", " ", "z", "’’", "%%", "__", "<script>alert(1)</script>", "x" * 20_000]
)
def test_anything_typed_is_answered(lake, sign_in, typed):
    answer = sign_in("director").post("/search", data={"search": typed})
    assert answer.status_code == 200
    assert hits(answer.text) == {}
    assert "<script>alert" not in answer.text


@pytest.mark.any_engine
def test_the_search_asks_a_few_queries_however_much_there_is(lake, both_engines_app, count_queries):
    counts = []
    for number in range(4):
        add_organisation(OrganisationDetails(f"Ziwa {number}", "partner"), SYSTEM)
        with both_engines_app.test_request_context(), count_queries() as asked_of:
            search(lake, "ziwa")
        counts.append(asked_of.count)
    # PostgreSQL is asked first which ids are the newest.
    assert counts[1] == counts[2] == counts[3] <= 11


def test_every_page_has_the_box_but_for_whoever_can_find_nothing(app, sign_in, client):
    page = sign_in("trainer").get("/services").text
    assert page.count('action="/search"') == 1
    assert "htmx" not in page
    assert 'action="/search"' not in sign_in().get("/").text
    assert 'action="/search"' not in client.get("/sign-in").text
    assert sign_in().get("/search").status_code == 403
