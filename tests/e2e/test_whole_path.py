"""What the whole path leaves behind: papers that say what was entered, no more and no less."""

import io
import re
import zipfile

import pytest

from .to_a_funder import FUNDER, SUMMARY
from .walking import ACTION, DECISION, ELIGIBLE, MISSED_ONE, SECRETARY_TEXT, text_of

pytestmark = pytest.mark.browser


def flat(text: str) -> str:
    """Text with any white space as one space, as lines may break anywhere."""
    return " ".join(text.split())


def test_each_eligible_person_stands_on_one_certificate_and_nobody_else(walk):
    pages = walk.text("certificates.pdf").split("\f")[:-1]
    named = [[name for name in ELIGIBLE if name in page] for page in pages]
    assert sorted(name for names in named for name in names) == sorted(ELIGIBLE)
    assert all(len(names) == 1 for names in named)
    assert MISSED_ONE not in walk.text("certificates.pdf")
    serials = [re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page) for page in pages]
    assert {name: [serial] for name, serial in walk.serials.items()} == {
        names[0]: sorted(set(found)) for names, found in zip(named, serials, strict=True)
    }
    for page in pages:
        assert "Community health basics" in flat(page)
        assert "Police" not in page


def test_the_zip_holds_one_file_for_each_serial(walk):
    with zipfile.ZipFile(io.BytesIO(walk.papers["certificates.zip"])) as packed:
        assert sorted(packed.namelist()) == sorted(
            f"{serial}.pdf" for serial in walk.serials.values()
        )
        for name, serial in walk.serials.items():
            text = text_of(packed.read(f"{serial}.pdf"), walk.folder, "single.pdf")
            assert [one for one in ELIGIBLE if one in text] == [name]
            assert serial in text


def test_whoever_missed_hours_is_told_what_is_missing(walk):
    assert "Lacks" in walk.notes["lacking"]
    assert "40" in walk.notes["lacking"]


def test_the_register_has_a_sheet_for_each_group_without_its_name(walk):
    pages = walk.text("register.pdf").split("\f")[:-1]
    by_letter = {
        letter: "".join(page for page in pages if f"Sign-in sheet {letter}" in page)
        for letter in "AB"
    }
    assert [name for name in ("Odera", "Wafula", "Chebet") if name in by_letter["A"]] == [
        "Odera",
        "Wafula",
        "Chebet",
    ]
    assert [name for name in ("Nyota", "Pendo", "Tumaini") if name in by_letter["B"]] == [
        "Nyota",
        "Pendo",
        "Tumaini",
    ]
    assert "Odera" not in by_letter["B"]
    assert "Nyota" not in by_letter["A"]
    whole = "".join(pages)
    assert "Police" not in whole
    assert "Community" not in whole.replace("Community health basics", "")


def test_the_name_sheet_lists_one_group(walk):
    text = walk.text("names-B.pdf")
    assert "Makeena Sample" in text
    assert "Odera" not in text


def test_the_guide_holds_the_sessions_in_their_order(walk):
    text = flat(walk.text("guide.pdf"))
    assert text.index("What the law says") < text.index("On the street")


def test_verification_tells_status_title_and_whether_the_name_matches(walk):
    match, no_match = walk.notes["verified, match"], walk.notes["verified, no match"]
    assert "The name matches the printed one." in match
    assert "The name does not match the printed one." in no_match
    for answer in (match, no_match, walk.notes["verified, no name"]):
        assert "Valid" in answer
        assert "Community health basics" in answer
        assert "Odera" not in answer
        assert "Hall B" not in answer
    assert "matches" not in walk.notes["verified, no name"]
    assert "Valid" not in walk.notes["verified, unknown"]


def test_the_minutes_say_what_was_decided_and_name_nobody_who_did_not_choose_it(walk):
    text = flat(walk.text("minutes.pdf"))
    assert SECRETARY_TEXT in text
    assert DECISION in text
    assert ACTION in text
    assert re.fullmatch(r"MIN \d+/\d{1,2}/\d{4}", walk.notes["number"])
    assert walk.notes["number"] in text
    assert "Liaison officer" in text
    for hidden in ("Odera", "Nyota", "Pendo", "Police", "Community"):
        assert hidden not in text


def test_the_minutes_carry_a_code_of_the_audit(walk):
    codes = re.findall(
        r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", walk.text("minutes.pdf")
    )
    assert len(set(codes)) == 1
    assert walk.served.command("audit", "code", codes[0]).strip()


def test_what_is_open_comes_up_in_the_next_agenda(walk):
    assert "From earlier meetings: 1" in walk.notes["next agenda"]


def test_the_audit_of_all_this_is_sound(walk):
    assert walk.served.command("audit", "verify")


def test_nothing_went_wrong_in_any_browser(walk):
    """No error of a script, nothing refused by the content policy, no failure of the server."""
    assert {name: walker.troubles for name, walker in walk.people.items()} == {
        name: [] for name in walk.people
    }


def test_cards_of_a_shelter_and_what_others_read_of_it(walk):
    said = walk.text("cards.pdf")
    assert said.count("Sample House") == said.count("116") == 10
    for telling in ("Hidden Lane", "Lakeside", "Programme"):
        assert telling not in said
    for name, page in walk.notes.items():
        if name.startswith("peer at"):
            assert "Hidden Lane" not in page
    assert 'href="tel:116"' in walk.notes["peer at service"]
    assert "call first" in walk.notes["peer at service"]


def test_a_funder_reads_figures_and_a_report_that_two_people_each_sent(walk):
    page, paper = walk.notes["what the funder reads"], flat(walk.text("report.pdf"))
    assert [SUMMARY in text for text in (page, paper)] == [True, True]
    assert [FUNDER in text for text in (page, paper)] == [True, True]
    # The workshop is of this quarter, and the figures are of the last.
    assert "First workshop" not in page + paper + walk.notes["the funder's page"]
    assert "Community health basics" in walk.notes["the funder's page"]
    assert [name for name in ELIGIBLE if name in page + paper] == []
    assert walk.people["monitoring"].troubles + walk.people["funder"].troubles == []
