"""Consents: noted as they were read out, refused, taken back; and what stands for whom."""

import html
import re
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.incidents.consent_texts import DIGESTS, VERSION, text_of
from kash.incidents.documents import consent_markup
from kash.incidents.models import MediationBrief
from kash.incidents.queries.cases import open_case
from kash.incidents.rules.case_file import contents
from kash.incidents.rules.consents import PURPOSES, CaseConsent
from kash.incidents.rules.parts import Asked, Intervention, Party, Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import summary_of
from kash.incidents.services.consents import NotedConsents, answer_consents
from kash.incidents.services.saved_views import CaseChangedMeanwhile
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import NotFound

Member = Any


def two_women() -> Record:
    return Record(
        persons=[Person(id="p1", code="A"), Person(id="p2", code="B")],
        parties=[Party(id="o1", kind="client")],
    )


@pytest.fixture
def officer(a_member):
    return a_member("documentation", name="Amani Mfano")


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def holding(record: Record, person: str = "") -> list[str]:
    return [purpose for purpose in PURPOSES if record.consents_to(purpose, person)]


def give(
    member: Member, reference: str, person: str, *purposes: str, version: int = 1
) -> NotedConsents:
    answers = {purpose: purpose in purposes for purpose in PURPOSES}
    return answer_consents(member.actor, member.vault(), reference, version, person, answers)


# --- consents ------------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_an_answer_is_noted_with_when_by_whom_and_which_words(
    both_engines_app, a_member, filed, record_of
):
    one = a_member("documentation")
    reference = filed(two_women())
    before = utc_now()
    assert give(one, reference, "p1", "record", "court").changed
    record = record_of(reference, one.vault())
    assert holding(record, "p1") == ["record", "court"]
    assert holding(record, "p2") == holding(record) == []
    # What was read out and not agreed to is a refusal, and is written down as one.
    assert [(each.purpose, each.given, each.person) for each in record.consents] == [
        (purpose, purpose in ("record", "court"), "p1") for purpose in PURPOSES
    ]
    assert not any(each.wish or each.for_all for each in record.consents)
    assert {each.by for each in record.consents} == {one.actor.public_id}
    assert {each.wording for each in record.consents} == {VERSION}
    assert all(before <= each.at <= utc_now() for each in record.consents)
    assert actions() == ["incidents.consents_answered"]


@pytest.mark.any_engine
def test_what_is_taken_back_holds_no_more_and_the_answer_before_stays_on_record(
    both_engines_app, a_member, filed, record_of
):
    one = a_member("documentation")
    reference = filed(two_women())
    give(one, reference, "p1", "court", "record")
    give(one, reference, "p1", "record", version=2)
    record = record_of(reference, one.vault())
    assert holding(record, "p1") == ["record"]
    about_court = [each.given for each in record.consents if each.purpose == "court"]
    assert about_court == [True, False]


@pytest.mark.any_engine
def test_an_answer_for_everybody_counts_for_each_and_each_may_differ_afterwards(
    both_engines_app, a_member, filed, record_of
):
    one = a_member("documentation")
    reference = filed(two_women())
    give(one, reference, "", "record", "court")
    assert holding(record_of(reference, one.vault()), "p2") == ["record", "court"]
    give(one, reference, "p2", version=2)
    record = record_of(reference, one.vault())
    both = ["record", "court"]
    assert (holding(record, "p1"), holding(record, "p2"), holding(record)) == (both, [], [])


@pytest.mark.any_engine
def test_an_answer_that_changes_nothing_leaves_nothing(
    both_engines_app, a_member, filed, record_of
):
    one = a_member("documentation")
    reference = filed(two_women())
    nothing = answer_consents(one.actor, one.vault(), reference, 1, "p1", {})
    assert not nothing.changed
    assert actions() == []
    with pytest.raises(NotFound):
        give(one, reference, "p9", "record")
    give(one, reference, "p1", "record")
    assert not give(one, reference, "p1", "record", version=2).changed
    with pytest.raises(CaseChangedMeanwhile):
        give(one, reference, "p1", "court")
    assert holding(record_of(reference, one.vault()), "p1") == ["record"]


def test_a_mediators_open_brief_ends_when_the_consent_is_taken_back(officer, filed, record_of):
    brief = MediationBrief(
        account_id=officer.actor.account_id, runs_out_at=utc_now() + timedelta(days=7)
    )
    db.session.add(brief)
    db.session.commit()
    record = two_women()
    asked = [Asked(kind="stop")]
    record.interventions = [
        Intervention(id="v1", brief=brief.public_id, asked=asked, asked_at=utc_now())
    ]
    reference = filed(record)
    give(officer, reference, "", "record", "mediation")
    assert record_of(reference, officer.vault()).interventions[0].response == "waiting"
    give(officer, reference, "p1", version=2)
    (after,) = record_of(reference, officer.vault()).interventions
    assert after.response != "waiting"
    # What is left of it says nothing but that it ended.
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed, row.outcome_sealed) == ("closed", None, None)


def post(member: Member, reference: str, **sent: str) -> Any:
    data = {"version": "1", "wording": VERSION, "origin": "herself", "language": "luo", **sent}
    return member.client.post(f"/w/{reference}/c", data=data)


def marked(text: str) -> list[str]:
    """What is chosen on a page, but for what was left as it was."""
    lists = re.findall(r'<select [^>]*name="(\w+)".*?</select>', text, re.DOTALL)
    bodies = re.findall(r"<select .*?</select>", text, re.DOTALL)
    chosen = [re.findall(r'value="(\w+)"\s+selected', body) for body in bodies]
    pairs = zip(lists, chosen, strict=True)
    return [f"{name} {value[0]}" for name, value in pairs if value and value[0] != "later"]


def controls(text: str) -> int:
    """All that can be filled in or pressed on the form of the page."""
    form = re.search(r'<form autocomplete="off" class="form".*?</form>', text, re.DOTALL)
    assert form is not None
    shown = re.sub(r'<(input type="hidden"|button type="submit" class="hush")[^>]*>', "", form[0])
    return len(re.findall(r"<(?:select|textarea|input|button)\b", shown))


def test_the_page_says_what_stands_and_saves_what_is_marked(officer, filed, record_of):
    reference = filed(two_women())
    page = officer.client.get(f"/w/{reference}/c").text
    # One screen for one person: each word stands once, and twelve things at most can be pressed.
    assert page.count('value="yes"') == page.count("Not asked yet") == len(PURPOSES)
    words = text_of("court", VERSION, "en")
    assert words is not None
    assert html.unescape(page).count(str(words.words)) == 1
    assert controls(page) <= 12
    assert re.findall(r'of=(\w+)" aria-current="page"|of=(\w+)"', page) == [
        ("p1", ""), ("", "p2"), ("", "all"),
    ]  # fmt: skip
    assert marked(page) == []
    answer = post(officer, reference, person="p2", record="yes", funder="yes", court="no")
    assert answer.status_code == 303
    record = record_of(reference, officer.vault())
    assert holding(record, "p2") == ["record", "funder"]
    assert [(one.purpose, one.given) for one in record.consents] == [
        ("record", True),
        ("funder", True),
        ("court", False),
    ]
    assert answer.location.endswith("/c?of=p2")
    again = officer.client.get(answer.location).text
    # What she said stands beside the words, and nobody says it again by leaving it as it is.
    assert marked(again) == []
    assert again.count("She said so herself, ") == 2
    assert again.count("She refused, ") == 1
    assert "Amani Mfano" in again
    everybody = officer.client.get(f"/w/{reference}/c?of=all").text
    assert everybody.count("Yes: B") == 2
    assert "B refused. A yes for everybody leaves out" in everybody
    assert controls(everybody) <= 12
    # Who said nothing yet comes first.
    assert "Person A</h2>" in officer.client.get(f"/w/{reference}/c").text


def test_the_page_says_when_somebody_else_was_faster_and_keeps_what_was_marked(
    officer, filed, record_of
):
    reference = filed(two_women())
    give(officer, reference, "p1", "record")
    wrong = post(officer, reference, person="p2", court="yes", funder="no", origin="")
    assert wrong.status_code == 422
    hidden = r'name="person" value="p2">\s*<input[^>]*name="version" value="(\d+)"'
    here = re.search(hidden, wrong.text)
    assert here is not None
    answer = post(officer, reference, person="p2", court="yes", funder="no", version=here[1])
    assert answer.status_code == 409
    assert marked(answer.text) == ["funder no", "court yes", "origin herself", "language luo"]
    assert holding(record_of(reference, officer.vault()), "p2") == []


@pytest.mark.parametrize(
    "sent",
    [
        {"person": "p1", "court": "everything"},
        {"person": "p9", "record": "yes"},
        {"person": "", "version": "x" * 99, "record": "yes"},
        {"person": "p1", "record": "yes", "origin": "guessed"},
        {"person": "p1", "record": "yes", "origin": ""},
        {"person": "p1", "record": "yes", "language": ""},
        {"person": "p1", "record": "yes", "language": "fr"},
        {"person": "p1", "record": "yes", "wording": ""},
        {"person": "p1", "record": "yes", "wording": "2026-1"},
    ],
)
def test_what_the_page_never_sends_changes_nothing(officer, filed, record_of, sent):
    reference = filed(two_women())
    assert post(officer, reference, **sent).status_code in (404, 409, 422)
    assert record_of(reference, officer.vault()).consents == []


def test_words_that_changed_since_the_page_was_opened_are_read_out_again(officer, filed, record_of):
    reference = filed(two_women())
    answer = post(officer, reference, person="p1", court="yes", wording="2026-1")
    assert "The words have changed since this page was opened" in answer.text
    assert marked(answer.text) == ["court yes", "origin herself", "language luo"]
    assert f'name="wording" value="{VERSION}"' in answer.text


def test_what_is_never_done_with_a_childs_case_is_not_offered_nor_noted(a_member, filed, record_of):
    record = two_women()
    record.persons[0].age_band = "unsure"
    custodian, reference = a_member("custodian"), filed(record)
    page = custodian.client.get(f"/w/{reference}/c").text
    # To keep the report, to ask a mediator, and to a paper for a court, which for a child her
    # guardian decides: that is noted on a screen of its own.
    assert page.count('value="yes"') == 4
    assert page.count("Somebody in the case is or may be under 18.") == 3
    papers = custodian.client.get(f"/w/{reference}/c?of=p1&by=paper").text
    assert papers.count('value="yes"') == 2
    assert controls(papers) <= 12
    adult = custodian.client.get(f"/w/{reference}/c?of=p2&by=paper").text
    assert 'name="paper"' not in adult
    # Nor would it count once it is known that she is grown up.
    give(custodian, reference, "", *PURPOSES)
    kept = record_of(reference, custodian.vault()).consents
    assert {one.purpose for one in kept if one.person == "p1"} == {"record", "mediation"}
    hers = {one.purpose for one in kept if one.person == "p2"}
    assert hers == {"record", "mediation", "court", "health"}


def test_the_page_of_a_case_says_that_wishes_were_not_read_out_yet(officer, filed):
    record = two_women()
    record.consents = [
        CaseConsent(
            purpose=one, given=one == "record", at=utc_now(), by="a", person="p1", wish=True
        )
        for one in ("record", "court")
    ]
    reference = filed(record)
    assert "Wished, not read out to her yet" in officer.client.get(f"/w/{reference}").text
    page = officer.client.get(f"/w/{reference}/c").text
    assert page.count("Enough for this, until she is asked.") == 1
    assert page.count("Wished where it was reported: no, it was left unticked.") == 1
    give(officer, reference, "p1", "record")
    assert "not read out to her yet" not in officer.client.get(f"/w/{reference}").text


# --- how a consent is known ----------------------------------------------------------------------


@pytest.mark.any_engine
def test_for_whoever_could_not_be_asked_nothing_is_noted_but_mediation(
    both_engines_app, a_member, filed, record_of
):
    one = a_member("documentation")
    reference = filed(two_women())
    everything = dict.fromkeys(PURPOSES, True)
    answer_consents(one.actor, one.vault(), reference, 1, "p1", everything, "not_asked")
    record = record_of(reference, one.vault())
    assert holding(record, "p1") == ["mediation"]
    assert [(each.purpose, each.origin, each.wording) for each in record.consents] == [
        ("mediation", "not_asked", "")
    ]
    with pytest.raises(NotFound):
        answer_consents(one.actor, one.vault(), reference, 2, "p1", everything, "guessed")


def test_the_page_says_that_only_a_mediator_can_be_asked_unasked(officer, filed, record_of):
    reference = filed(two_women())
    for more in ({"court": "yes"}, {"court": "no"}):
        answer = post(officer, reference, person="p1", origin="not_asked", mediation="yes", **more)
        assert answer.status_code == 422
        assert (
            "If she could not be asked, only a yes to asking a mediator can be noted" in answer.text
        )
        # What was marked is still there.
        assert marked(answer.text) == [
            "mediation yes",
            f"court {more['court']}",
            "origin not_asked",
            "language luo",
        ]
    assert record_of(reference, officer.vault()).consents == []
    answer = post(officer, reference, person="p1", origin="not_asked", mediation="yes")
    assert answer.status_code == 303
    page = officer.client.get(answer.location).text
    assert ">She could not be asked</span>" in page
    assert marked(page) == []


def test_what_she_told_somebody_else_is_a_wish_and_her_no_counts_all_the_same(
    officer, filed, record_of
):
    reference = filed(two_women())
    told = {"person": "p1", "origin": "told_reporter"}
    answer = post(officer, reference, **told, record="yes", court="yes")
    assert answer.status_code == 422
    assert (
        "What she told somebody else is enough to keep the report and to ask a mediator"
        in answer.text
    )
    # Whoever calls the service with it writes no more than that.
    every = dict.fromkeys(PURPOSES, True)
    answer_consents(officer.actor, officer.vault(), reference, 1, "p1", every, "told_reporter")
    record = record_of(reference, officer.vault())
    assert holding(record, "p1") == ["record", "mediation"]
    assert {(one.purpose, one.wish) for one in record.consents} == {
        ("record", True),
        ("mediation", True),
    }
    give(officer, reference, "p1", "court", version=2)
    post(officer, reference, **told, version="3", court="no")
    assert holding(record_of(reference, officer.vault()), "p1") == []


def test_her_refusal_outweighs_a_later_tick_of_somebody_who_did_not_ask_her(
    officer, filed, record_of
):
    reference = filed(two_women())
    give(officer, reference, "p1", "mediation")
    give(officer, reference, "p1", version=2)
    for person in ("p1", ""):
        answer_consents(
            officer.actor,
            officer.vault(),
            reference,
            record_version(officer, reference),
            person,
            {"mediation": True},
            "not_asked",
        )
    record = record_of(reference, officer.vault())
    assert (holding(record, "p1"), holding(record, "p2")) == ([], ["mediation"])


def test_the_officer_is_told_that_somebody_elses_yes_is_not_noted_over_her_own_no(
    officer, filed, record_of
):
    reference = filed(two_women())
    give(officer, reference, "p1", "record")
    told = {"person": "p1", "origin": "told_reporter", "version": "2"}
    assert post(officer, reference, **told, mediation="yes").status_code == 303
    assert holding(record_of(reference, officer.vault()), "p1") == ["record"]
    page = officer.client.get(f"/w/{reference}/c").text
    assert "Ask a mediator to help: not noted for A, who refused it herself." in page


def test_a_brief_for_one_stays_when_another_takes_her_consent_back(officer, filed, record_of):
    briefs = [
        MediationBrief(
            account_id=officer.actor.account_id, runs_out_at=utc_now() + timedelta(days=7)
        )
        for _one in range(2)
    ]
    db.session.add_all(briefs)
    db.session.commit()
    record = two_women()
    record.interventions = [
        Intervention(
            id=f"v{person}",
            brief=brief.public_id,
            persons=[person],
            asked=[Asked(kind="stop")],
            asked_at=utc_now(),
        )
        for person, brief in zip(("p1", "p2"), briefs, strict=True)
    ]
    reference = filed(record)
    give(officer, reference, "", "record", "mediation")
    give(officer, reference, "p1", "record", version=2)
    after = record_of(reference, officer.vault()).interventions
    assert [one.response for one in after] == ["ended", "waiting"]


def record_version(member: Member, reference: str) -> int:
    from kash.incidents.queries.cases import open_case

    return open_case(member.actor, member.vault(), reference).version


# --- a refusal by one ----------------------------------------------------------------------------


@pytest.mark.any_engine
def test_whoever_refused_is_not_in_the_file_though_all_are_said_to_agree_later(
    both_engines_app, a_member, filed, record_of
):
    one = a_member("documentation")
    reference = filed(two_women())
    give(one, reference, "p2")
    noted = give(one, reference, "", *PURPOSES, version=2)
    assert noted.left_out == {purpose: ["p2"] for purpose in PURPOSES}
    record = record_of(reference, one.vault())
    assert (holding(record, "p1"), holding(record, "p2")) == (list(PURPOSES), [])
    made = repr(contents(record, ["p1", "p2"], with_narrative=True))
    assert ("'p1'" in made, "'p2'" in made) == (True, False)
    # Only her own yes changes it, and that at once.
    give(one, reference, "p2", "record", "court", version=3)
    assert holding(record_of(reference, one.vault()), "p2") == ["record", "court"]


def test_what_one_refuses_after_all_refused_is_her_own_refusal(officer, filed, record_of):
    reference = filed(two_women())
    give(officer, reference, "")
    give(officer, reference, "p2", version=2)
    agreed = ("record", "court")
    assert give(officer, reference, "", *agreed, version=3).left_out["court"] == ["p2"]
    record = record_of(reference, officer.vault())
    assert (holding(record, "p1"), holding(record, "p2")) == (["record", "court"], [])


def test_the_officer_is_told_whom_a_yes_for_everybody_leaves_out(officer, filed):
    reference = filed(two_women())
    give(officer, reference, "p2", "record")
    post(officer, reference, person="", version="2", record="yes", court="yes")
    page = officer.client.get(f"/w/{reference}/c").text
    assert "Use it before a court: not noted for B, who refused it herself." in page
    assert "Keep the report: not noted" not in page


def test_whoever_comes_on_record_later_has_not_agreed_by_what_all_said_before(
    officer, filed, record_of
):
    reference = filed(two_women())
    give(officer, reference, "", "record", "court")
    record = record_of(reference, officer.vault())
    record.persons.append(Person(id="p3", code="C"))
    assert holding(record, "p1") == ["record", "court"]
    assert holding(record, "p3") == holding(record) == []


# --- the words of an answer ----------------------------------------------------------------------


def test_every_stored_answer_has_a_version_of_which_the_words_are_known(officer, filed, record_of):
    reference = filed(two_women())
    give(officer, reference, "", "court")
    post(officer, reference, person="p1", version="2", funder="yes")
    consents = record_of(reference, officer.vault()).consents
    assert {one.language for one in consents if one.given and one.purpose == "funder"} == {"luo"}
    for one in consents:
        text = text_of(one.purpose, one.wording, one.language)
        assert text is not None
        # That the words fit the version's digest is seen when they are read (consent_texts).
        assert text.version in DIGESTS


def test_an_answer_in_older_words_is_asked_again_and_can_be_read_as_it_was(officer, filed):
    record = two_women()
    record.consents = [
        CaseConsent(purpose=one, given=True, at=utc_now(), by="", person="p1", wording="2026-1")
        for one in ("court", "forum_totals", "record")
    ]
    assert holding(record, "p1") == ["record"]
    page = officer.client.get(f"/w/{filed(record)}/c?of=p1").text
    assert "The programme may give a lawyer a paper with what happened to me" in page
    again = "What was read out before differs from what is done. Ask again."
    assert page.count(again) == 2


@pytest.mark.parametrize(("page", "spoken"), [("en", "sw"), ("sw", "luo"), ("sw", "other")])
def test_the_language_in_which_she_was_asked_is_kept_and_not_that_of_the_officers_page(
    officer, filed, record_of, page, spoken
):
    reference = filed(two_women())
    officer.client.post("/language", data={"language": page})
    post(officer, reference, person="p1", court="yes", language=spoken)
    # What somebody else told was read out to nobody.
    post(officer, reference, person="p2", version="2", record="yes", origin="told_reporter")
    consents = record_of(reference, officer.vault()).consents
    assert [(one.person, one.language) for one in consents] == [("p1", spoken), ("p2", "")]


def test_the_words_stand_on_the_page_and_on_paper_in_the_language_that_was_chosen(
    app, officer, filed
):
    reference = filed(two_women())
    unread = "No speaker has read these words in this language yet."
    own = officer.client.get(f"/w/{reference}/c").text
    chosen = officer.client.get(f"/w/{reference}/c?in=sw").text
    with app.test_request_context():
        for page, language in ((own, "en"), (chosen, "sw")):
            told = text_of("mediation", VERSION, language)
            assert told is not None
            assert str(told.words) in html.unescape(page)
        paper = consent_markup("sw")
    assert (unread in own, unread in chosen) == (False, True)
    # What was chosen for the words is marked as the language of asking; the page's own is not.
    assert (marked(own), marked(chosen)) == ([], ["language sw"])
    assert (unread in paper, "Mpatanishi" in paper) == (True, True)


def test_another_language_of_the_words_keeps_what_was_marked_and_saves_nothing(
    officer, filed, record_of
):
    reference = filed(two_women())
    sent = {"person": "p1", "shown_in": "en", "in": "sw", "language": "en", "court": "yes"}
    page = post(officer, reference, **sent, funder="no")
    assert page.status_code == 200
    assert marked(page.text) == [
        "funder no", "court yes", "origin herself", "language sw",
    ]  # fmt: skip
    # By the list and its button it is the same.
    shown = post(officer, reference, **sent | {"in": "shown", "language": "sw"}, funder="no")
    assert marked(shown.text) == marked(page.text)
    assert 'name="shown_in" value="sw"' in page.text
    assert 'role="alert"' not in page.text
    assert record_of(reference, officer.vault()).consents == []


# --- Yeses to earlier words -----------------------------------------------------------------------


def said_to(wording: str, person: str = "p1", purpose: str = "court", **more: Any) -> CaseConsent:
    facts = {"given": True, "at": utc_now(), "by": "x" * 16, "wording": wording} | more
    return CaseConsent(purpose=purpose, person=person, **facts)


@given(
    st.lists(
        st.builds(
            said_to,
            st.sampled_from(["2026-1", "2026-5", VERSION, ""]),
            st.sampled_from(["", "p1", "p2"]),
            st.sampled_from(PURPOSES),
            given=st.booleans(),
            wish=st.booleans(),
            at=st.datetimes().map(lambda at: at.replace(tzinfo=UTC)),
        ),
        max_size=6,
    )
)
def test_whoever_said_yes_to_earlier_words_alone_is_to_be_asked_again(said):
    record = two_women()
    record.consents = said
    expected = set()
    for person in ("p1", "p2"):
        hers = [one for one in said if one.person in ("", person) and not one.wish]
        kept = [one for one in said if one.person in ("", person) and one.purpose == "record"]
        stopped = record.is_stopped(person) if kept else False
        for purpose in ("forum_totals", "forum_story", "funder", "court"):
            of_it = [one for one in hers if one.purpose == purpose]
            earlier = [one for one in of_it if one.given and one.wording != VERSION]
            later = [one for one in of_it if not one.given or one.wording == VERSION]
            if earlier and not later and not stopped:
                expected.add(person)
    assert set(record.who_is_asked_again()) == expected
    assert summary_of("r", "verified", record).ask_again == len(expected)
    assert summary_of("r", "closed", record).ask_again == 0


def test_members_read_on_today_and_in_the_list_how_many_are_asked_again(officer, filed):
    old = two_women()
    old.consents = [said_to("2026-5"), said_to("2026-5", "p2", "funder")]
    new = two_women()
    new.consents = [said_to(VERSION)]
    asked, closed, fine = filed(old), filed(old, "closed"), filed(new)
    today = officer.client.get("/").text
    line = today.partition("People to be asked again")[0].rpartition("<li>")[2]
    assert re.search(r'class="key">2<', line)
    address = re.search(r'href="(/w\?[^"]*ask_again[^"]*)"', today)
    assert address is not None
    found = officer.client.get(html.unescape(address[1])).text
    assert [f"/w/{one}" in found for one in (asked, closed, fine)] == [True, False, False]
    # Whoever was asked, and said no, is to be asked no more.
    for person in ("p1", "p2"):
        answers = dict.fromkeys(PURPOSES[2:6], False)
        version = open_case(officer.actor, officer.vault(), asked).version
        answer_consents(officer.actor, officer.vault(), asked, version, person, answers)
    assert "People to be asked again" not in officer.client.get("/").text
