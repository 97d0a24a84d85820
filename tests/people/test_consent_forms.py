"""Consent forms of many people at once: each in her language, nobody out of reach."""

import subprocess

from kash.people import documents as consents
from kash.people.documents import make_consent_forms
from kash.people.models import Group
from kash.people.services.persons import PersonDetails, add_person
from kash.platform.database import db
from kash.platform.jobs.models import Job
from kash.platform.press import RenderTimeout
from kash.platform.vault import AuditEntry
from kash.policy import Actor


class Counted:
    """Progress that is only counted."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int | None]] = []

    def report(self, done: int, total: int | None = None) -> None:
        self.seen.append((done, total))


def added(group: Group, by: Actor, **people: str) -> dict[str, str]:
    return {
        name: add_person(PersonDetails(f"{name} Kielelezo", group.public_id, language=language), by)
        for name, language in people.items()
    }


def test_each_is_asked_on_a_sheet_of_her_own_in_her_language(both_engines_app, actor, tmp_path):
    group = db.session.query(Group).filter_by(letter="B").one()
    people = added(group, actor("trainer"), Zawadi="sw", Amani="en", Baraka="luo")
    db.session.rollback()
    progress = Counted()
    made = make_consent_forms(progress, people=list(people.values()))  # type: ignore[arg-type]
    path = tmp_path / "forms.pdf"
    path.write_bytes(made.content or b"")
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    ).stdout
    pages = text.split("\f")[:-1]
    named = [
        next(name for name in people if f"{name} Kielelezo" in page)
        for page in pages
        if "Kielelezo" in page
    ]
    assert named == ["Amani", "Baraka", "Zawadi"]
    by_name = dict(zip(named, (page for page in pages if "Kielelezo" in page), strict=True))
    assert "What I agree to" in by_name["Amani"]
    assert "There is no Dholuo text yet" in " ".join(by_name["Baraka"].split())
    assert "What I agree to" not in by_name["Zawadi"]
    assert progress.seen == [(1, 3), (2, 3), (3, 3)]
    info = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    assert "Kielelezo" not in info


def test_only_those_in_reach_are_printed(app, actor, groups, client_for):
    trainer, other = actor("trainer"), actor("trainer")
    mine = added(groups[1], trainer, Amani="en")["Amani"]
    strange = added(groups[1], other, Zawadi="sw")["Zawadi"]
    browser = client_for(trainer)
    answer = browser.post(
        "/people/consent-forms", data={"chosen": [mine, strange, mine, "x" * 5000], "back": "//x.y"}
    )
    job = db.session.query(Job).one()
    assert answer.location == f"/jobs/{job.public_id}"
    assert (job.kind, job.owner, job.total) == ("people.consent_forms", trainer.public_id, 1)
    assert job.arguments == {"people": [mine]}
    assert job.back == "/people"
    entry = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert entry is not None
    assert (entry.action, entry.subjects) == ("people.consent_forms_printed", [mine])
    assert "Printed the consent form" in browser.get(f"/people/{mine}").text
    nothing = browser.post("/people/consent-forms", data={"chosen": [strange]})
    assert nothing.location == "/people"
    assert "Tick the people" in browser.get("/people").text
    assert db.session.query(Job).count() == 1


def test_paper_that_cannot_be_made_is_said_to_be_so_and_no_mistake(
    app, actor, groups, client_for, monkeypatch
):
    def too_slow(_paged: object) -> bytes:
        raise RenderTimeout

    trainer = actor("trainer")
    public_id = added(groups[1], trainer, Amani="en")["Amani"]
    monkeypatch.setattr(consents, "document", too_slow)
    answer = client_for(trainer).get(f"/people/{public_id}/consent-form.pdf")
    assert (answer.status_code, RenderTimeout.sentence in answer.text) == (503, True)


def test_the_list_of_people_offers_it_to_who_may_print_it(groups, actor, client_for):
    trainer = actor("trainer")
    added(groups[1], trainer, Amani="en")
    told = [
        'formaction="/people/consent-forms"' in client_for(who).get("/people").text
        for who in (trainer, actor("director"))
    ]
    assert told == [True, False]
