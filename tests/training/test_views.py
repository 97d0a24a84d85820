"""Pages of the curriculum."""

import io
import re
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from kash.platform.database import db
from kash.policy import SYSTEM, Actor
from kash.training.models import Course, CourseVersion
from kash.training.queries import TaughtScope
from kash.training.rules.courses import SessionText
from kash.training.services.course_files import start_version
from kash.training.services.courses import (
    add_course,
    propose,
    remove_plan,
    take_back,
    write_session,
)
from tests.declaring import also_declared


def posted(body: str) -> dict[str, str]:
    """What a browser would send of the page's draft form, unchanged."""
    import html

    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and name.group(1) != "csrf_token":
            fields[name.group(1)] = html.unescape(value.group(1)) if value else ""
    for name_, value_ in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', body, re.S
    ):
        fields[name_] = html.unescape(value_).strip()
    for name_, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        fields[name_] = chosen.group(1) if chosen else ""
    return fields


@pytest.fixture
def edit(draft):
    return f"/courses/versions/{draft.version}/edit"


def test_a_trainer_adds_a_course_and_is_led_to_its_draft(sign_in):
    browser = sign_in("trainer")
    sent = {"name": "Mediation", "public_title": "Listening", "language": "sw"}
    answer = browser.post("/courses/new", data=sent)
    version = db.session.query(CourseVersion).one()
    assert answer.location == f"/courses/versions/{version.public_id}/edit"
    assert "Give the first one a title" in browser.get(answer.location).text
    again = browser.post("/courses/new", data=sent)
    assert again.status_code == 422
    assert "Another course has this name." in again.text
    assert db.session.query(Course).count() == 1
    no_title = browser.post("/courses/new", data=sent | {"name": "Other", "public_title": " "})
    assert no_title.status_code == 422


def test_the_whole_draft_is_written_on_one_page(sign_in, draft, edit):
    browser = sign_in("trainer")
    page = browser.get(edit).text
    assert "2 h 45" in page
    sent = posted(page)
    sent[f"plan-{draft.plans[0]}-title"] = "Opening, with tea"
    sent[f"plan-{draft.plans[0]}-module"] = draft.modules[1]
    sent[f"new-{draft.modules[0]}-title"] = "A new one"
    sent["new-module-title"] = "Third"
    key = sent["new-module-key"]
    assert browser.post(edit, data=sent).location == f"{edit}?add={key}#new-{key}-title"
    assert draft.outline() == [
        ("First", ["Pairs", "A new one"]),
        ("Second", ["Closing", "Opening, with tea"]),
        ("Third", []),
    ]
    again = browser.post(edit, data=sent)
    assert again.status_code == 303
    assert len(draft.outline()) == 3
    assert draft.now().row_version == 3
    assert draft.now().modules[0].plans[0].notes == "Only-for-her"
    assert [row.text for row in draft.now().modules[0].plans[0].of("objective")] == [
        "Repeats what she heard"
    ]


def test_nothing_typed_is_lost_when_someone_else_saved(sign_in, draft, edit):
    browser, other = sign_in("trainer"), sign_in("trainer")
    page = browser.get(edit).text
    theirs = posted(page) | {
        f"plan-{draft.plans[0]}-title": "Theirs-session",
        "public_title": "Theirs-title",
    }
    assert other.post(edit, data=theirs).status_code == 303
    remove_plan(draft.version, draft.plans[2], SYSTEM)
    mine = posted(page) | {
        f"plan-{draft.plans[0]}-title": "Mine-session",
        f"plan-{draft.plans[2]}-title": "Mine-lost",
        f"new-{draft.modules[0]}-title": "Mine-new",
    }
    conflict = browser.post(edit, data=mine)
    assert conflict.status_code == 409
    for text in ("Mine-session", "Mine-lost", "Mine-new", "Theirs-session", "Theirs-title"):
        assert text in conflict.text
    assert draft.now().public_title == "Theirs-title"
    second = posted(conflict.text)
    assert second["row_version"] == str(draft.now().row_version)
    assert browser.post(edit, data=second).status_code == 302
    saved = draft.now().modules[0].plans
    assert [plan.title for plan in saved] == ["Mine-session", "Pairs", "Mine-new"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("plan-{plan}-minutes", "4", "Use a number from 5 to 600."),
        ("plan-{plan}-minutes", "٣٠", "This must be a whole number."),
        ("plan-{plan}-title", "", "Enter this."),
        ("summary", "x" * 8001, "Use at most 8000 characters."),
        ("days", "0", "Use a number from 1 to 60."),
        ("group_least", "30", "This is less than the least."),
        ("module-{module}-title", "x" * 161, "Use at most 160 characters."),
        ("public_title", "", "Enter this."),
        ("language", "xx", "Choose one from the list."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(sign_in, draft, edit, field, value, sentence):
    browser = sign_in("trainer")
    sent = posted(browser.get(edit).text) | {
        "prerequisites": "Typed and kept",
        "group_most": "24",
        field.format(plan=draft.plans[0], module=draft.modules[0]): value,
    }
    answer = browser.post(edit, data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Typed and kept" in answer.text
    assert draft.now().row_version == 2


def test_buttons_without_script_save_and_move(sign_in, draft, edit):
    browser = sign_in("trainer")
    sent = posted(browser.get(edit).text)
    sent[f"module-{draft.modules[0]}-title"] = "Renamed"
    moved = browser.post(edit, data=sent | {"down": draft.modules[0]})
    assert moved.location == f"{edit}#p-{draft.modules[0]}"
    assert draft.outline() == [("Second", ["Closing"]), ("Renamed", ["Opening", "Pairs"])]
    sent = posted(browser.get(edit).text)
    browser.post(edit, data=sent | {"up": draft.plans[1]})
    assert draft.outline()[1] == ("Renamed", ["Pairs", "Opening"])
    sent = posted(browser.get(edit).text)
    assert browser.post(edit, data=sent | {"up": "nothing"}).status_code == 404


def test_a_dragged_order_is_kept(sign_in, draft):
    browser = sign_in("trainer")
    path = f"/courses/versions/{draft.version}"
    fetched = {"X-Requested-With": "fetch"}
    answer = browser.post(
        f"{path}/order", data={"order": list(draft.modules[::-1])}, headers=fetched
    )
    assert (answer.status_code, answer.data) == (204, b"")
    plans = {"order": [draft.plans[1], draft.plans[0]]}
    assert browser.post(f"{path}/modules/{draft.modules[0]}/order", data=plans).status_code == 303
    assert draft.outline() == [("Second", ["Closing"]), ("First", ["Pairs", "Opening"])]
    wrong = browser.post(f"{path}/modules/nothing/order", data=plans, headers=fetched)
    assert wrong.status_code == 404


def test_removing_asks_first(sign_in, draft, edit):
    browser = sign_in("trainer")
    plan = f"/courses/versions/{draft.version}/plans/{draft.plans[0]}/remove"
    module = f"/courses/versions/{draft.version}/modules/{draft.modules[1]}/remove"
    assert "Opening" in browser.get(plan).text
    assert browser.post(plan).location == edit
    assert browser.post(plan).status_code == 404
    assert "Sessions: 1" in browser.get(module).text
    browser.post(module)
    assert draft.outline() == [("First", ["Pairs"])]


def publish_button(page: str) -> str:
    """The address of the button on a page that publishes what is read there."""
    found = re.search(r'href="([^"]+/publish\?[^"]+)"', page)
    assert found is not None
    return found[1]


def test_from_draft_to_published(sign_in, draft, edit):
    trainer, director = sign_in("trainer"), sign_in("director")
    path = f"/courses/versions/{draft.version}"
    typed = posted(trainer.get(edit).text) | {"summary": "Typed too late"}
    assert trainer.post(f"{path}/publish").status_code == 403
    assert director.post(f"{path}/propose").status_code == 403
    trainer.post(f"{path}/propose")
    late = trainer.post(edit, data=typed)
    assert late.status_code == 409
    assert "Typed too late" in late.text
    assert trainer.get(edit).location == path
    silent = director.post(f"{path}/return", data={"because": ""})
    assert (silent.status_code, draft.now().state) == (422, "proposed")
    director.post(f"{path}/return", data={"because": "Say it shorter."})
    assert "Say it shorter." in trainer.get(path).text
    trainer.post(f"{path}/propose")
    button = publish_button(director.get(path).text)
    take_back(draft.version, SYSTEM)
    write_session(draft.version, draft.plans[0], SessionText({"why": "Other"}, ()), 1, by=SYSTEM)
    propose(draft.version, SYSTEM)
    refused = director.post(button, follow_redirects=True)
    assert "Someone else saved changes" in refused.text
    assert draft.now().state == "proposed"
    button = publish_button(refused.text)
    question = director.get(button).text
    assert "nothing in it changes" in question
    assert f'action="{button}"' in question
    director.post(button)
    assert draft.now().state == "published"
    again = director.post(f"{path}/publish", follow_redirects=True)
    assert "This version has changed state. Look at it again" in again.text
    made = trainer.post(f"/courses/{draft.course}/versions", data={"language": "en"})
    assert made.location.endswith("/edit")
    refused = trainer.post(
        f"/courses/{draft.course}/versions", data={"language": "en"}, follow_redirects=True
    )
    assert "There is a draft in this language already." in refused.text
    assert trainer.post(f"/courses/{draft.course}/versions", data={"language": "xx"}).location == (
        f"/courses/{draft.course}"
    )


def test_a_telling_title_is_warned_of(sign_in, draft, edit):
    browser = sign_in("trainer")
    path = f"/courses/versions/{draft.version}"
    assert "may tell a stranger" not in browser.get(path).text
    sent = posted(browser.get(edit).text) | {"public_title": "Safety with the police"}
    assert browser.post(edit, data=sent).status_code == 303
    for page in (path, edit):
        assert "may tell a stranger what this is about: police" in browser.get(page).text


@pytest.mark.parametrize("role", ["monitoring", "documentation", "director"])
def test_who_sees_the_curriculum_does_not_write_in_it(sign_in, draft, edit, role):
    browser = sign_in(role)
    assert "Working together" in browser.get("/courses").text
    session = f"/courses/versions/{draft.version}/plans/{draft.plans[1]}"
    read = browser.get(session).text
    assert "Only-for-her" in read
    assert "Her-words" in read
    for path in (edit, f"{session}/edit", "/courses/new", f"/courses/{draft.course}/edit"):
        refused = browser.get(path)
        assert refused.status_code == 403
        assert "Listening" not in refused.text


def test_a_peer_reads_what_was_taught_without_the_notes(sign_in, published):
    browser = sign_in("peer")
    path = f"/courses/versions/{published.version}"
    with also_declared(without=TaughtScope):
        assert "Working together" not in browser.get("/courses").text
        session = f"{path}/plans/{published.plans[1]}"
        papers = (f"{path}/guide.pdf", f"{path}/handout.pdf")
        for hidden in (f"/courses/{published.course}", path, session, *papers):
            refused = browser.get(hidden)
            assert refused.status_code == 404
            assert "Listening" not in refused.text

    def everything(_actor: Actor) -> Any:
        return select(CourseVersion.id)

    with also_declared(TaughtScope(everything), without=TaughtScope):
        assert "Working together" in browser.get("/courses").text
        assert "Pairs" in browser.get(path).text
        body = browser.get(session).text
        assert "In pairs" in body
        assert "Repeats what she heard" in body
        assert "Only-for-her" not in body
        assert "Her-words" not in body
        assert browser.post(f"{path}/propose").status_code == 403


def test_the_guide_is_a_pdf_under_the_public_title(sign_in, published):
    answer = sign_in("trainer").get(f"/courses/versions/{published.version}/guide.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=guide.pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        title = str(pdf.docinfo["/Title"])
        assert title == "Listening – Facilitator guide, version 1"
        assert len(pdf.pages) >= 1


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7777*7777 }}", "\u202eabc"])
def test_hostile_text_is_shown_as_text(sign_in, draft, edit, text):
    browser = sign_in("trainer")
    sent = posted(browser.get(edit).text)
    for name in ("public_title", "summary", f"module-{draft.modules[0]}-title"):
        sent[name] = text
    sent[f"plan-{draft.plans[0]}-title"] = text
    assert browser.post(edit, data=sent).status_code == 303
    for page in (edit, f"/courses/versions/{draft.version}", f"/courses/{draft.course}"):
        body = browser.get(page).text
        assert "<script>alert" not in body
        assert "60481729" not in body


def test_bad_input_is_no_error_of_ours(sign_in, draft, edit):
    browser = sign_in("trainer")
    sent = posted(browser.get(edit).text)
    assert browser.post(edit, data=sent | {"summary": "a\x00b"}).status_code == 400
    assert browser.post(edit, data={}).status_code == 303
    assert draft.now().row_version == 2
    assert browser.post(edit, data=sent | {"row_version": "9" * 30}).status_code == 303
    for key in ("new-module-key", f"new-{draft.modules[0]}-key"):
        other = sent | {key: "<>", key.replace("key", "title"): "Titled"}
        assert browser.post(edit, data=other | {"row_version": "2"}).status_code in (302, 409)
    for path in ("nothing", "versions/nothing", "versions/nothing/edit", "x" * 3000):
        assert browser.get(f"/courses/{path}").status_code == 404


def test_the_number_of_queries_does_not_grow(sign_in, draft, edit, count_queries):
    browser = sign_in("trainer")
    paths = [
        "/courses",
        f"/courses/{draft.course}",
        f"/courses/versions/{draft.version}",
        edit,
        f"/courses/versions/{draft.version}/plans/{draft.plans[1]}",
        f"/courses/versions/{draft.version}/plans/{draft.plans[1]}/edit",
    ]

    def counts() -> list[int]:
        found = []
        for path in paths:
            browser.get(path)
            with count_queries() as counted:
                assert browser.get(path).status_code == 200
            found.append(counted.count)
        return found

    before = counts()
    for number in range(2):
        add_course(f"Course {number}", "", "", public_title="X", language="en", by=SYSTEM)
        sent = posted(browser.get(edit).text)
        sent |= {"new-module-title": f"Module {number}"}
        sent |= {f"new-{draft.modules[0]}-title": f"Plan {number}"}
        assert browser.post(edit, data=sent).status_code == 302
    start_version(draft.course, "sw", SYSTEM)
    assert counts() == before
    assert max(before) <= 12


def test_sessions_are_written_one_after_the_other_each_with_the_focus_on_its_title(
    sign_in, draft, edit
):
    browser = sign_in("trainer")
    module = draft.modules[1]
    for title in ("One", "Two"):
        page = browser.get(edit)
        sent = posted(page.text) | {f"new-{module}-title": title, f"new-{module}-minutes": "30"}
        answer = browser.post(edit, data=sent)
        assert answer.location == f"{edit}?add={module}#new-{module}-title"
    assert draft.outline()[1] == ("Second", ["Closing", "One", "Two"])
    after = browser.get(answer.location).text
    # The field that the address names is there, empty, and its part is unfolded.
    (field,) = re.findall(rf'<input[^>]*id="new-{module}-title"[^>]*>', after)
    assert 'value=""' in field
    details = after[: after.index(field)].rpartition("<details")[2]
    assert details.split(">")[0].strip() == "open"


def test_a_save_that_adds_nothing_leads_to_the_page_itself(sign_in, draft, edit):
    browser = sign_in("trainer")
    sent = posted(browser.get(edit).text)
    assert browser.post(edit, data=sent).location == edit
