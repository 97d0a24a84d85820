"""The page on which a session is written: rows come and go, and nothing typed is lost."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from kash.platform.database import new_public_id
from kash.policy import SYSTEM
from kash.training.models import SessionPlan
from kash.training.rules.courses import RowText, SessionText
from kash.training.services.courses import write_session
from tests.training.conftest import Draft
from tests.training.test_views import posted


@pytest.fixture
def path(draft):
    return f"/courses/versions/{draft.version}/plans/{draft.plans[1]}/edit"


def pairs(draft: Draft) -> SessionPlan:
    """The session with two rows, as it is saved now."""
    return draft.now().modules[0].plans[1]


def rows(draft: Draft, kind: str) -> list[tuple[int | None, str]]:
    return [(row.minutes, row.text or row.to_do) for row in pairs(draft).of(kind)]


def sent(browser: FlaskClient, path: str) -> dict[str, object]:
    """All that the page would send; its rows in their order."""
    return fields(browser.get(path).text)


def fields(body: str) -> dict[str, object]:
    import re

    return posted(body) | {"row": re.findall(r'name="row" value="([^"]+)"', body)}


def added(body: str, kind: str) -> str:
    """The id of the last row of a kind on a page."""
    return [str(name) for name in fields(body)["row"] if str(name).startswith(kind)][-1].split(":")[  # type: ignore[attr-defined]
        1
    ]


def test_steps_are_added_moved_and_removed_and_nothing_is_saved_before_save(sign_in, draft, path):
    browser = sign_in("trainer")
    page = browser.post(path, data=sent(browser, path) | {"why": "Typed", "change": "add:step"})
    assert page.status_code == 200
    assert "Typed" in page.text
    new = added(page.text, "step")
    typed = fields(page.text) | {f"{new}-to_do": "First of all", f"{new}-minutes": "20"}
    page = browser.post(path, data=typed | {"change": f"up:{new}"})
    assert rows(draft, "step") == [(None, "In pairs")]
    assert browser.post(path, data=fields(page.text)).status_code == 302
    assert rows(draft, "step") == [(20, "First of all"), (None, "In pairs")]
    assert pairs(draft).why == "Typed"
    page = browser.post(path, data=sent(browser, path) | {"change": f"remove:{new}"})
    assert browser.post(path, data=fields(page.text)).status_code == 302
    assert rows(draft, "step") == [(None, "In pairs")]
    assert rows(draft, "objective") == [(None, "Repeats what she heard")]


def test_minutes_of_steps_are_summed_against_the_session(sign_in, draft, path):
    browser = sign_in("trainer")
    step = pairs(draft).of("step")[0].public_id
    body = browser.post(path, data=sent(browser, path) | {f"{step}-minutes": "60"}).location
    assert "60 of 90 min" in browser.get(body).text


def test_an_objective_nobody_can_observe_gets_a_hint_and_is_saved(sign_in, draft, path):
    browser = sign_in("trainer")
    one = pairs(draft).of("objective")[0].public_id
    assert "Nobody can see this" not in browser.get(path).text
    answer = browser.post(
        path, data=sent(browser, path) | {f"{one}-text": "Understands Article 49"}
    )
    assert answer.status_code == 302
    assert "Nobody can see this: understands" in browser.get(path).text


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("minutes", "4", "Use a number from 5 to 600."),
        ("title", "", "Enter this."),
        ("leads", "nobody", "Choose one from the list."),
        ("{step}-minutes", "0", "Use a number from 1 to 600."),
        ("{step}-to_do", "", "Enter this."),
        ("{step}-method", "shouting", "Choose one from the list."),
        ("{objective}-text", "x" * 301, "Use at most 300 characters."),
    ],
)
def test_what_is_wrong_in_a_session_is_said_and_nothing_is_saved(
    sign_in, draft, path, name, value, sentence
):
    browser = sign_in("trainer")
    ids = {kind: pairs(draft).of(kind)[0].public_id for kind in ("step", "objective")}
    wrong = {"why": "Typed and kept", name.format(**ids): value}
    answer = browser.post(path, data=sent(browser, path) | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Typed and kept" in answer.text
    assert pairs(draft).row_version == 2
    assert pairs(draft).why == ""


def test_two_who_write_one_session_lose_nothing(sign_in, draft, path):
    browser, other = sign_in("trainer"), sign_in("trainer")
    before = sent(browser, path)
    page = other.post(path, data=before | {"change": "add:key_message"})
    theirs = added(page.text, "key_message")
    other.post(path, data=fields(page.text) | {f"{theirs}-text": "Theirs-row", "why": "Theirs-why"})
    conflict = browser.post(path, data=before | {"why": "Mine-why"})
    assert conflict.status_code == 409
    for text in ("Theirs-why", "Mine-why", "Theirs-row"):
        assert text in conflict.text
    assert browser.post(path, data=fields(conflict.text)).status_code == 302
    assert pairs(draft).why == "Mine-why"
    assert rows(draft, "key_message") == [(None, "Theirs-row")]
    twice = sent(browser, path) | {"why": "Once"}
    assert [browser.post(path, data=twice).status_code for _time in range(2)] == [302, 302]
    assert pairs(draft).why == "Once"


def test_two_who_write_two_sessions_do_not_meet(sign_in, draft, path):
    browser, other = sign_in("trainer"), sign_in("trainer")
    mine, beside = sent(browser, path), path.replace(draft.plans[1], draft.plans[0])
    assert other.post(beside, data=sent(other, beside) | {"why": "Theirs"}).status_code == 302
    assert browser.post(path, data=mine | {"why": "Mine"}).status_code == 302


def test_what_counsel_checked_is_unchecked_when_it_says_something_else(draft):
    point, on = new_public_id(), date(2026, 11, 2)

    def write(text: str, checked_on: date | None) -> date | None:
        row = RowText("legal_point", point, {"text": text, "checked_on": checked_on})
        now = pairs(draft).row_version
        write_session(draft.version, draft.plans[1], SessionText({}, (row,)), now, by=SYSTEM)
        return pairs(draft).of("legal_point")[0].checked_on

    assert write("24 hours", on) == on
    assert write("24 hours", on) == on
    assert write("48 hours", on) is None
    assert write("48 hours", date(2026, 11, 9)) == date(2026, 11, 9)


def test_a_session_of_a_closed_draft_keeps_what_was_typed_on_the_page(sign_in, draft, path):
    browser = sign_in("trainer")
    typed = sent(browser, path) | {"why": "Typed too late"}
    browser.post(f"/courses/versions/{draft.version}/propose")
    late = browser.post(path, data=typed)
    assert late.status_code == 409
    assert "Typed too late" in late.text
    assert pairs(draft).why == ""
    for strange in ("add:nothing", "up:nothing", "x", "remove:"):
        assert browser.post(path, data=typed | {"change": strange}).status_code == 409
    assert browser.get(path).location == f"/courses/versions/{draft.version}"


def test_strange_rows_are_no_error_of_ours(sign_in, draft, path):
    browser = sign_in("trainer")
    page = sent(browser, path)
    strange = ["step", "step:", f"nothing:{new_public_id()}", "step:<>", f"step:{new_public_id()}"]
    assert browser.post(path, data=page | {"row": strange * 2}).status_code == 302
    assert rows(draft, "step") == []
    for change in ("add:nothing", "up:nothing", "x", "remove:"):
        assert browser.post(path, data=page | {"change": change}).status_code == 200
    one = pairs(draft)
    crowd = tuple(RowText("step", new_public_id(), {"to_do": "x"}) for _one in range(41))
    many = page | {"row": [f"step:{row.public_id}" for row in crowd]}
    many |= {f"{row.public_id}-to_do": "x" for row in crowd} | {"row_version": one.row_version}
    answer = browser.post(path, data=many)
    assert answer.status_code == 422
    assert "at most 40" in answer.text
