"""The words of consent that are read out now, sentence by sentence, each beside the test that holds
it: a sentence that no test holds is a promise that no code keeps."""

import importlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kash.forums.documents import stories_of_month
from kash.incidents import consent_texts
from kash.incidents.consent_texts import READ_BY_A_SPEAKER, VERSION, VERSIONS, text_of
from kash.incidents.queries.mediation import MEDIATING_ROLES
from kash.incidents.rules.case_file import LASTS
from kash.platform.web.formats import local_today
from kash.platform.web.programme import days_backups_are_kept
from kash.policy import GRANTS, Role
from kash.settings import Settings
from tests.forums.stories.conftest import Desk, desk  # noqa: F401

LONGEST = 15
WORDS = Path(consent_texts.__file__).with_name("consent_words") / f"{VERSION}.toml"
READ: Mapping[str, Any] = tomllib.loads(WORDS.read_text(encoding="utf-8"))

HERE = "tests.incidents.test_words_sentence_by_sentence"
_OF_CASES = "tests.incidents"
# Each sentence by purpose and name, and the tests that fail once it is not true any more.
HELD_BY: Mapping[str, str] = {
    "record.locked": f"{_OF_CASES}.test_canaries.test_a_thousand_canaries_are_nowhere_in_clear",
    "record.readers": f"{_OF_CASES}.test_consent_texts"
    ".test_whoever_agrees_that_it_is_kept_is_told_of_everybody_who_can_read_it",
    "record.custodian": f"{_OF_CASES}.test_decisions"
    ".test_money_that_officers_took_reaches_the_custodian_and_a_clients_debt_does_not",
    "record.custodian_which": f"{_OF_CASES}.test_custodian_only"
    ".test_only_a_custodian_reads_what_is_for_her_and_somebody_reads_of_a_child",
    "record.court_order": f"{_OF_CASES}.test_one_source_of_words"
    ".test_form_and_leaflet_say_the_seven_days_and_the_limits",
    "record.bribe": f"{_OF_CASES}.test_decisions"
    ".test_a_decision_is_noted_with_who_and_when_and_nothing_of_it_is_lost",
    "record.without_yes": f"{_OF_CASES}.test_unkept"
    ".test_a_report_without_a_yes_to_keep_it_is_gone_after_seven_days_and_not_before",
    "record.stays_help": f"{_OF_CASES}.test_retention_rules"
    ".test_while_somebody_is_held_or_help_is_under_way_it_stays",
    "record.stays_bribe": f"{_OF_CASES}.test_unkept"
    ".test_a_duty_to_report_keeps_a_case_until_a_custodian_decided_and_not_while_counsel_is_asked",
    "record.stays_guarded": f"{_OF_CASES}.test_retention_rules"
    ".test_what_a_custodian_alone_may_read_stays_however_child_protection_answered",
    "record.taken_back": f"{_OF_CASES}.test_stopped"
    ".test_no_paper_total_or_story_is_made_of_it_any_more",
    "record.still_held": f"{_OF_CASES}.test_stopped"
    ".test_while_somebody_is_held_only_her_release_is_still_asked",
    "record.backups": "tests.platform.operations.test_backup.test_old_backups_in_the_folder_go",
    "record.backup_days": f"{HERE}.test_the_days_of_backups_are_those_after_which_they_go",
    "mediation.who": f"{HERE}.test_a_mediator_is_a_peer_educator_or_of_the_police",
    "mediation.told": f"{_OF_CASES}.test_mediation"
    ".test_a_mediator_reads_what_is_asked_and_nothing_of_the_case",
    "mediation.number": f"{_OF_CASES}.test_mediation"
    ".test_a_mediator_learns_no_number_of_people_where_it_does_not_matter",
    "mediation.not_told": f"{_OF_CASES}.test_mediation"
    ".test_a_mediator_reads_what_is_asked_and_nothing_of_the_case",
    "mediation.guess": f"{_OF_CASES}.test_mediation"
    ".test_a_mediator_reads_what_is_asked_and_nothing_of_the_case",
    "mediation.unsaid": f"{_OF_CASES}.test_mediation"
    ".test_what_is_taken_back_loses_no_answer_and_its_mediator_reads_that_it_ended",
    "forum_totals.counted": f"{HERE}.test_forum_police_and_those_who_pay_read_the_numbers",
    "forum_totals.dice": "tests.figures.releases.test_throwing"
    ".test_every_tape_of_faces_gives_what_the_rule_says",
    "forum_totals.guess": "tests.figures.releases.test_promise"
    ".test_no_number_of_others_lets_her_be_right_more_than_62_times_in_100",
    "forum_totals.back": "tests.figures.releases.test_printed_pages"
    ".test_printing_shows_what_was_stored_and_again_the_same",
    "forum_totals.reported": "tests.figures.releases.test_promise"
    ".test_the_usual_plan_keeps_the_promise_that_is_printed",
    "forum_totals.content": "tests.figures.releases.test_promise"
    ".test_plans_over_3_and_over_10_are_refused",
    "forum_story.hears": "tests.forums.stories.test_views"
    ".test_members_of_a_forum_and_those_who_pay_read_what_is_told_to_them_and_nobody_else",
    "forum_story.minutes": f"{HERE}.test_minutes_hold_what_the_forum_hears_and_no_other_story",
    "forum_story.two": "tests.forums.stories.test_services"
    ".test_the_writer_is_never_the_second_reader_and_only_what_was_read_is_told",
    "forum_story.few": "tests.forums.stories.test_services"
    ".test_a_story_waits_while_the_newest_printed_line_of_it_says_few",
    "forum_story.recognised": "tests.forums.stories.test_rules"
    ".test_days_figures_and_names_of_places_are_found_and_plain_words_are_not",
    "forum_story.back": "tests.forums.stories.test_services"
    ".test_the_holder_of_the_receipt_ends_a_story_while_every_vault_is_closed",
    "forum_story.untold": "tests.forums.stories.test_views"
    ".test_a_withdrawn_story_says_so_where_minutes_lead_and_stands_in_no_list",
    "funder.told": "tests.forums.stories.test_services"
    ".test_each_audience_hears_what_everybody_agreed_to_for_it_and_no_other",
    "funder.where": "tests.forums.stories.test_views"
    ".test_members_of_a_forum_and_those_who_pay_read_what_is_told_to_them_and_nobody_else",
    "funder.two": "tests.forums.stories.test_services"
    ".test_the_writer_is_never_the_second_reader_and_only_what_was_read_is_told",
    "funder.on": "tests.exchange.funder_reports.test_reports"
    ".test_a_story_goes_from_a_final_report_with_its_consent",
    "funder.back": "tests.forums.stories.test_services"
    ".test_each_audience_hears_what_everybody_agreed_to_for_it_and_no_other",
    "funder.stays": "tests.exchange.funder_reports.test_reports"
    ".test_a_story_that_those_who_pay_may_not_hear_is_in_no_report_and_a_director_tells_them",
    "court.paper": f"{_OF_CASES}.test_case_file.test_it_holds_what_was_chosen_of_who_agreed",
    "court.whom": f"{_OF_CASES}.test_asked_again"
    ".test_no_file_is_printed_before_everybody_whom_it_tells_of_was_asked_about_it",
    "court.names": f"{_OF_CASES}.test_case_file.test_names_are_in_it_only_by_a_custodians_own_keys",
    "court.photos": f"{_OF_CASES}.test_leaving"
    ".test_an_original_and_its_sheet_leave_only_if_each_whom_it_shows_agreed",
    "court.again": f"{_OF_CASES}.test_asked_again"
    ".test_a_paper_tells_of_nobody_who_was_not_asked_about_it_in_the_fourteen_days_before"
    f" {_OF_CASES}.test_leaving"
    ".test_nothing_leaves_before_each_whom_it_shows_was_asked_again_about_this_paper"
    f" {_OF_CASES}.test_account_given"
    ".test_it_goes_to_nobody_about_whom_not_everybody_in_it_was_asked_again",
    "court.read_back": f"{HERE}.test_what_a_paper_says_is_read_back_within_the_days_that_are_told",
    "court.others": f"{_OF_CASES}.test_case_file.test_it_holds_what_was_chosen_of_who_agreed",
    "court.back": f"{_OF_CASES}.test_leaving.test_what_is_taken_back_stops_the_original_too",
    "health.says": f"{_OF_CASES}.test_case_file_rules"
    ".test_nothing_of_the_health_of_whoever_did_not_agree_to_that_is_in_the_file",
    "health.what": f"{_OF_CASES}.test_case_file_rules"
    ".test_nothing_of_the_health_of_whoever_did_not_agree_to_that_is_in_the_file",
    "health.own_words": f"{_OF_CASES}.test_case_file_rules"
    ".test_a_file_about_everybody_says_where_and_when_and_what_was_wanted",
    "health.without": f"{_OF_CASES}.test_case_file_rules"
    ".test_nothing_of_the_health_of_whoever_did_not_agree_to_that_is_in_the_file",
}


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Each sentence of the words, small print among them, by purpose and name."""
    for purpose, said in READ[language].items():
        for part in ("sentences", "small_print"):
            for name, sentence in said.get(part, {}).items():
                yield f"{purpose}.{name}", sentence


@pytest.mark.parametrize("language", ["en", "sw", "luo"])
def test_every_sentence_stands_beside_the_test_that_holds_it(language):
    named = [name for name, _sentence in sentences(language)]
    assert len(named) == len(set(named))
    assert set(named) == set(HELD_BY)
    assert set(READ) == {"en", "sw", "luo"}


@pytest.mark.parametrize("test", sorted({*" ".join(HELD_BY.values()).split()}))
def test_the_test_that_holds_a_sentence_is_there(test):
    module, _dot, name = test.rpartition(".")
    assert name.startswith("test_")
    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("language", ["en", "sw", "luo"])
def test_no_sentence_is_longer_than_somebody_takes_in_at_once(language):
    for name, sentence in sentences(language):
        words = [word for word in sentence.split() if re.search(r"\w", word)]
        assert len(words) <= LONGEST, (language, name, len(words))
        assert sentence.endswith(".")
        assert not re.search(r"[.;:!?] \w+.* [.!?] ", sentence)


def test_what_is_read_out_is_the_sentences_one_after_the_other():
    for language, purposes in READ.items():
        for purpose, said in purposes.items():
            whole = VERSIONS[VERSION][language][purpose]
            assert whole["words"] == " ".join(said["sentences"].values())
            assert whole["small_print"] == " ".join(said.get("small_print", {}).values())


def test_the_days_of_backups_are_those_after_which_they_go(app):
    with app.test_request_context():
        settings: Settings = app.config["SETTINGS"]
        for language in ("en", "sw", "luo"):
            told = text_of("record", VERSION, language)
            assert told is not None
            days = re.findall(r"\d+", str(told.small_print))
            assert days == [str(days_backups_are_kept(settings))]


def test_a_mediator_is_a_peer_educator_or_of_the_police():
    assert set(MEDIATING_ROLES) == {Role.PEER, Role.POLICE_PEER}


def test_forum_police_and_those_who_pay_read_the_numbers():
    reads = set(GRANTS["releases.see"])
    assert reads == set(Role) - {Role.ADMINISTRATOR}


def test_what_a_paper_says_is_read_back_within_the_days_that_are_told():
    assert timedelta(days=14) == LASTS
    for language in READ:
        told = READ[language]["court"]["sentences"]["read_back"]
        assert re.findall(r"\d+", told) == ["14"]


def test_minutes_hold_what_the_forum_hears_and_no_other_story(desk):  # noqa: F811
    told = desk.tell(desk.write(audiences=["forum"]))
    desk.tell(desk.write(audiences=["funders"]))
    assert [one.public_id for one in stories_of_month(local_today())] == [told]
    # Whoever is no member gets minutes without stories.
    paper = Path(consent_texts.__file__).parents[2] / "templates/forums/paper/minutes.html"
    assert "{% if minutes.stories and not to_share %}" in paper.read_text(encoding="utf-8")


def test_what_no_speaker_has_read_is_marked_wherever_the_words_are_shown(app, actor, client_for):
    root = Path(consent_texts.__file__).parents[2]
    reviewed = (root / "translations/REVIEWED.md").read_text(encoding="utf-8")
    unread = "not yet read by a speaker"
    assert ("sw" not in READ_BY_A_SPEAKER) == (f"Kiswahili: {unread}" in reviewed)
    assert "Kiswahili or the Dholuo yet" in WORDS.read_text(encoding="utf-8")
    assert {"en"} == READ_BY_A_SPEAKER


def test_the_kiswahili_of_sexual_assault_reads_as_no_arrest():
    from babel.messages.pofile import read_po

    root = Path(consent_texts.__file__).parents[2]
    with (root / "translations/sw/LC_MESSAGES/messages.po").open("rb") as catalogue:
        words = {str(one.id): str(one.string) for one in read_po(catalogue, locale="sw")}
    # What is said of somebody who was held or arrested.
    arrest = re.compile(r"\b(ali|wali|ku|a)?(shik|kamat|zuili|tiwa mbaroni)", re.IGNORECASE)
    for said in ("Touched by force", "Forced to have sex", "Sexual assault", "Rape",
                 "Sexual harassment", "Asked for sex, or insulted in a sexual way"):  # fmt: skip
        assert words[said]
        assert not arrest.search(words[said]), said
