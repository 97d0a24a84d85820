"""Two cases read back by each of those who had a part in them, and by one who had none."""

import re

import pytest

from .two_cases import CLOSING, COMMENT, LABEL, NARRATIVE, SEEN, STATION, STORY, WARD

pytestmark = pytest.mark.browser

MOST_ANSWERS = 13
SEALED = (NARRATIVE, SEEN, WARD, STORY, CLOSING, COMMENT, LABEL, "P1", "Forced HIV test")


def test_a_filing_asks_at_most_thirteen_things_and_none_must_be_answered(walk):
    asked = [name for names in walk.cases.asked.values() for name in names]
    assert len(walk.cases.asked) == 6
    assert len(asked) == len(set(asked))
    assert 6 <= len(asked) <= MOST_ANSWERS
    assert walk.cases.forced == []
    # Whoever skips all of it has nothing to send, and is told so.
    assert 'value="send" class="btn main" disabled' in " ".join(walk.cases.pages["skipped"].split())


def test_what_was_answered_is_never_shown_again_to_who_answered(walk):
    for telling in (NARRATIVE, SEEN, WARD, STATION):
        assert telling not in walk.cases.pages["review"]


def test_an_officer_reads_the_whole_of_the_first_case(walk):
    said = walk.cases.pages["arrest, officer"]
    for told in (NARRATIVE, SEEN, WARD, STATION, COMMENT, LABEL, CLOSING, "P1", "P3"):
        assert told in said
    assert "Arrest without charge" in said
    assert "Forced HIV test" in said
    for step in ("Triaged", "Verified", "A mediator was asked", "Resolved", "Closed"):
        assert step in said
    mediation = said[said.index("Mediation") : said.index("Evidence")]
    assert "Kamau" in mediation
    assert "Released: 2 of 3" in mediation
    assert "A doctor was seen: 3 of 3" in mediation
    assert "What was asked for\nRelease" in said
    assert "Nothing was agreed yet." in said


def test_two_of_three_released_leave_the_third_on_the_clock(walk):
    said = walk.cases.pages["two of three"]
    assert "Before a court: P1, P2, P3" in said
    assert re.search(r"Arrested \d+ min ago", said)
    assert "The mediator says how many are free, not who" in said
    two, all_three = (walk.cases.pages[f"free: {free}"] for free in ((0, 2), (1,)))
    assert "Before a court: P2\n" in two
    assert "The mediator says how many are free, not who" not in two
    assert "Before a court" not in all_three


def test_each_is_asked_what_she_wants_before_anything_but_a_release_is_asked_for(walk):
    before, after = walk.cases.pages["free: (1,)"], walk.cases.pages["all asked"]
    assert "Ask what is wanted" in before
    assert "Ask what is wanted" not in after
    assert "Not asked what they want: P1, P2, P3." in walk.cases.pages["could not be asked"]
    wanted = after[after.index("What is wanted") : after.index("Mediation\n")]
    for told in ("Help, A complaint", "Nothing now", "She said so herself"):
        assert told in wanted


def test_a_witnesss_tick_is_marked_until_she_confirms_and_no_brief_goes_without_a_number(walk):
    assert "Not asked yet: P1, P2, P3." in walk.cases.pages["could not be asked"]
    assert "0700 000711" in walk.cases.pages["could not be asked"]
    assert "Write the number to call." in walk.cases.pages["no number"]
    assert "Could not be asked" in walk.cases.pages["arrest, officer"]


def test_an_officer_reads_the_whole_of_the_second_case(walk):
    said = walk.cases.pages["player, officer"]
    for told in (STORY, WARD, "Client", "KES 8,500.00", "DVD player", "KES 1,500", "Settled"):
        assert told in said
    assert "A to 1 Client" in said
    assert "1 Client to A" in said
    assert said.count("Done on") == 2


def test_whoever_filed_or_triaged_does_not_verify(walk):
    assert "does not verify it" in walk.cases.pages["own verifying"]


def test_nobody_is_asked_to_mediate_before_there_is_consent(walk):
    assert "Consent is missing" in walk.cases.pages["not asked yet"]


def test_the_register_lists_both_and_finds_one_by_a_word(walk):
    assert walk.cases.pages["register"].count("Closed") >= 2
    found = walk.cases.pages["found"]
    assert "Arrest without charge" in found
    assert "Confiscation" not in found


def test_a_mediator_reads_what_is_asked_and_afterwards_nothing(walk):
    brief, closed = walk.cases.pages["brief"], walk.cases.pages["brief, closed"]
    for told in ("Ask for somebody’s release", STATION, "Wanjiru", "0700 000712"):
        assert told in brief
        assert told not in closed
    for telling in SEALED:
        assert telling not in brief
        assert telling not in closed


def test_an_author_reads_the_state_and_nothing_else(walk):
    said, whole = walk.cases.pages["receipt"], walk.cases.pages["receipt, whole"]
    assert "Nothing else is shown here" in said
    assert not re.search(r"\bP1\b", said)
    # Her code may hold two signs by chance.
    for telling in {*SEALED, STATION, walk.cases.arrest.rpartition("/")[2]} - {"P1"}:
        assert telling not in whole


@pytest.mark.parametrize("who", ["mediator", "other", "peer", "administrator", "trainer"])
def test_nobody_without_keys_reaches_any_address_of_a_case(walk, who):
    been = {**walk.people["officer"].been, **walk.people["second"].been}
    # The vault itself is a page of everybody who may hold keys, or take them away.
    paths = {
        path for path in been.values() if path.startswith("/w/") and not path.startswith("/w/v/")
    }
    paths |= {walk.cases.player, f"{walk.cases.player}/edit"}
    open_to_all = {"/w/n", "/w/h", "/w/r"}
    asked = sorted(paths - open_to_all)
    assert len(asked) >= 20
    answers = {
        path: walk.people[who]
        .context.request.get(walk.served.address + path, max_redirects=0)
        .status
        for path in asked
    }
    assert {path: status for path, status in answers.items() if status not in (403, 404)} == {}


def test_a_police_account_that_was_not_asked_finds_nothing_among_its_briefs(walk):
    other = walk.people["other"]
    other.go("/w/b")
    assert "Nothing is asked of you" in other.page.locator("main").inner_text()
    for telling in (*SEALED, STATION, "Kamau"):
        assert telling not in other.page.content()
