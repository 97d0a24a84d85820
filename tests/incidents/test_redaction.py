"""A name typed by mistake: two members take it out of all that is sealed of a case."""

import hashlib
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.queries.cases import first_account_of, history_of, open_case
from kash.incidents.queries.letterbox import own_autosaves
from kash.incidents.rules.casework import REDACT, ChangedPlace, RecordChange
from kash.incidents.rules.filing import Screen
from kash.incidents.rules.parts import Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.redaction import Redaction, path_of
from kash.incidents.services.autosaves import keep_typed
from kash.incidents.services.cases import changing, comment
from kash.incidents.services.documentation import SentPage, add_case
from kash.incidents.services.evidence import Received, add_evidence
from kash.incidents.services.redacting import ask_redaction, redact
from kash.incidents.services.second_member import OnHold, hold, refuse, take_step
from kash.platform.database import db
from kash.platform.vault import AuditEntry, SealedDocument, fetch, open_document
from tests.conftest import AMember
from tests.incidents.form_pages import fields_of
from tests.incidents.test_fields_and_roles import CODED, NAMED, NEVER, fill
from tests.incidents.test_first_account import ZONE, bytes_kept, reported, sealed_accounts
from tests.incidents.test_second_member import back, waiting
from tests.platform.cleaning import samples
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")

NAME, OTHER_SPELLING = "Achieng Otieno", "Acheng"
SAID = "They took ACHIENG  Otieno.\nAcheng shouted; Achengs brother ran."


@pytest.fixture
def members(both_engines_app, a_member):
    return a_member("documentation"), a_member("documentation")


def all_that_opens(her: AMember) -> list[str]:
    """Everything sealed that a member opens."""
    db.session.rollback()
    ids = [one.public_id for one in db.session.query(SealedDocument)]
    found = [open_document(her.vault(), one).decode() for one in fetch(db.session(), *ids)]
    db.session.rollback()
    return found


def named_in(her: AMember) -> list[str]:
    texts = (" ".join(text.lower().replace("\\n", " ").split()) for text in all_that_opens(her))
    return [text for text in texts if "achieng otieno" in text or "acheng " in text]


def agree(her: AMember, reference: str) -> None:
    (proposal,) = waiting(her, reference)
    redact(her.actor, her.vault(), reference, proposal)


@pytest.mark.any_engine
def test_a_name_goes_out_of_all_that_is_sealed_of_its_case_and_of_no_other(
    members, actor, a_member
):
    anna, brenda = members
    puppet = a_member("documentation")
    back(anna, puppet)
    reference = reported(
        actor("peer"), what=Screen(acts=["L1"]), words=Screen(narrative=SAID, teller="peer")
    )
    by, vault = anna.actor, anna.vault()
    comment(reference, f"{NAME} called.", by=by, vault=vault)
    with changing("incidents.changed", by, vault, reference) as case:
        case.why = f"{NAME} said so."
        case.record.narrative = f"{OTHER_SPELLING} was taken."
        case.record.persons = [Person(id="p1", code="A", note=NAME)]
    with changing("incidents.changed", by, vault, reference) as case:
        case.record.narrative = "Somebody was taken."
    received = Received(label="Arm", note=f"{NAME}, left arm", uploaded_name=f"{NAME}.jpg")
    piece = add_evidence(by, vault, reference, received, io.BytesIO(samples.jpeg()), 10_000_000)
    keep_typed(by, reference, "t" * 16, [("narrative", f"And {NAME}"), ("acts-0-code", "L1")])
    keep_typed(by, "", "u" * 16, [("narrative", "Of another case: Njeri")])
    (original,) = bytes_kept(anna)
    (old,) = sealed_accounts()
    assert len(named_in(anna)) == 5
    ask_redaction(by, anna.vault(), reference, [NAME, OTHER_SPELLING], f"{NAME} is her name.")
    (proposal,) = waiting(anna, reference)
    for her in (anna, puppet):
        with refuses("Another member decides this"):
            redact(her.actor, her.vault(), reference, proposal)
    db.session.rollback()
    assert bytes_kept(anna) == [original]

    redact(brenda.actor, brenda.vault(), reference, proposal)
    assert named_in(anna) == []
    (left,), (new,) = bytes_kept(anna), sealed_accounts()
    assert (new.version, new.place.public_id == old.place.public_id) == (1, False)
    case = open_case(by, anna.vault(), reference)
    first = first_account_of(anna.vault(), case)
    assert first is not None
    (taken,) = first.account.taken_out
    assert case.record.taken_out == [taken]
    assert (taken.sha256, taken.size) == (hashlib.sha256(original).hexdigest(), len(original))
    assert (taken.by, taken.second) == (by.public_id, brenda.actor.public_id)
    assert first.fingerprint == hashlib.sha256(left).hexdigest() != taken.sha256
    told = first.account.as_record(ZONE)
    mark = "[taken out on "
    assert told.narrative.count(mark) == 2
    assert told.narrative.endswith(" shouted; Achengs brother ran.")
    assert taken.reason.startswith(mark)
    assert [one.code for one in told.acts] == ["L1"]
    assert told.information[0].source == "peer"
    assert case.record.persons[0].note.startswith(mark)
    assert [one.document for one in case.record.evidence] == [piece]
    _accounts, changes, damaged = history_of(anna.vault(), case)
    assert (damaged, sum(one.why.startswith(mark) for one in changes)) == (0, 1)
    (entry,) = db.session.query(AuditEntry).filter_by(action="incidents.words_taken_out")
    assert (entry.actor, entry.subjects) == (brenda.actor.public_id, [reference])
    for address in (f"/w/{reference}", f"/w/{reference}/h"):
        text = brenda.client.get(address).text
        assert taken.sha256 in text, address
        assert "Words were taken out on" in text, address
    # Work goes on, and a second name goes out of what was left.
    take_step(reference, "triage", by=by, vault=anna.vault())
    ask_redaction(by, anna.vault(), reference, ["Achengs brother"], "Him too.")
    agree(brenda, reference)
    first = first_account_of(anna.vault(), open_case(by, anna.vault(), reference))
    assert first is not None
    assert [one.sha256 for one in first.account.taken_out] == [
        taken.sha256,
        hashlib.sha256(left).hexdigest(),
    ]


@pytest.mark.any_engine
def test_a_page_drawn_before_words_were_taken_out_keeps_nothing_of_them(members):
    anna, brenda = members
    by = anna.actor
    reference = add_case(by, anna.vault(), SentPage(Record(narrative=SAID), "t" * 16), "en")
    address = f"/w/{reference}/edit"
    stale = fields_of(anna.client.get(address).text)
    script = {"X-Requested-With": "fetch"}
    assert anna.client.post("/w/t", data=stale, headers=script).status_code == 204
    assert len(named_in(anna)) == 2
    ask_redaction(by, anna.vault(), reference, [NAME, OTHER_SPELLING], "Her name.")
    agree(brenda, reference)
    assert named_in(anna) == []
    # Of the same page and of another tab that had kept nothing yet.
    for token in (stale["token"], "v" * 16):
        answer = anna.client.post("/w/t", data=stale | {"token": token}, headers=script)
        assert answer.status_code == 409
        assert answer.json["error"].startswith("Two members took words out of this case meanwhile")
        assert named_in(anna) == []
    # A page that is drawn now is kept, and so is one of another case and of a new one.
    fresh = fields_of(anna.client.get(address).text)
    assert anna.client.post("/w/t", data=fresh).status_code == 204
    assert (
        anna.client.post("/w/t", data=fields_of(anna.client.get("/w/new").text)).status_code == 204
    )
    (kept, *_others) = own_autosaves(by, anna.vault(), reference)
    again = anna.client.post(address, data={"restore": kept.document})
    assert fields_of(again.text)["taken_out"] == "1"
    # Saved all the same, the stale page is shown beside what stands now, and is not kept by itself.
    beside = anna.client.post(address, data=stale | {"narrative": f"{SAID} More.", "do": "save"})
    assert beside.status_code == 409
    assert anna.client.post("/w/t", data=fields_of(beside.text)).status_code == 409
    assert named_in(anna) == []


def test_a_name_in_what_an_officer_wrote_goes_out_of_it_and_what_waits_names_it_no_more(members):
    anna, brenda = members
    page = SentPage(Record(narrative=f"Of {NAME}."), "t0ken0000t0ken00", submit=False)
    reference = add_case(anna.actor, anna.vault(), page, "en")
    # Asked while it was a draft: what is handed in holds the words that wait, too.
    ask_redaction(anna.actor, anna.vault(), reference, [NAME], "Typed by mistake.")
    take_step(reference, "submit", by=anna.actor, vault=anna.vault())
    assert NAME in bytes_kept(anna)[0].decode()
    agree(brenda, reference)
    assert named_in(anna) == []
    first = first_account_of(anna.vault(), open_case(anna.actor, anna.vault(), reference))
    assert first is not None
    assert first.account.as_record(ZONE).narrative.startswith("Of [taken out on ")


def test_a_refusal_takes_nothing_out_and_a_hold_stops_it(members, filed):
    anna, brenda = members
    reference = filed(Record(narrative=f"Of {NAME}."))
    for spelling in (NAME, "Of"):
        ask_redaction(anna.actor, anna.vault(), reference, [spelling], "By mistake.")
    first, second = waiting(anna, reference)
    refuse(brenda.actor, brenda.vault(), reference, first, "It is a street.")
    (account,) = bytes_kept(anna)
    hold(anna.actor, anna.vault(), reference, "A lawyer reads it.")
    with pytest.raises(OnHold):
        redact(brenda.actor, brenda.vault(), reference, second)
    with pytest.raises(OnHold):
        ask_redaction(anna.actor, anna.vault(), reference, [NAME], "By mistake.")
    db.session.rollback()
    record = open_case(anna.actor, anna.vault(), reference).record
    assert (record.narrative, record.taken_out) == (f"Of {NAME}.", [])
    assert [one.words for one in record.proposals] == [["Of"]]
    assert bytes_kept(anna) == [account]


def test_words_that_stand_in_the_record_alone_go_and_no_hash_is_claimed(members, filed):
    anna, brenda = members
    reference = filed(Record(narrative="First."))
    comment(reference, f"{NAME} called.", by=anna.actor, vault=anna.vault())
    (account,) = bytes_kept(anna)
    ask_redaction(anna.actor, anna.vault(), reference, [NAME], "By mistake.")
    agree(brenda, reference)
    record = open_case(anna.actor, anna.vault(), reference).record
    assert [(one.sha256, one.size) for one in record.taken_out] == [("", 0)]
    assert (named_in(anna), bytes_kept(anna)) == ([], [account])


def test_the_form_says_beside_the_field_which_line_stands_nowhere_and_keeps_what_was_typed(
    members, filed
):
    anna, brenda = members
    reference = filed(Record(narrative=f"Of {NAME}."))
    with refuses("Line 2 stands nowhere in the case"):
        ask_redaction(anna.actor, anna.vault(), reference, [NAME, "Achien"], "x")
    db.session.rollback()
    address = f"/w/{reference}/h/words"
    for words, sentence in (
        ("", "Enter this."),
        ("Achieng\n.", "Write at least two letters in each line."),
        (
            f"{NAME}\nAchien",
            "Line 2 stands nowhere in the case. Whole words are looked for, as they are spelt",
        ),
    ):
        text = anna.client.post(address, data={"words": words, "reason": "Her name."}).text
        found = re.findall(r'class="error" id="(\w+)-error">\s*<p>\s*(.*?)</p>', text, re.S)
        assert [(name, told[: len(sentence)]) for name, told in found] == [("words", sentence)]
        assert "Her name." in text
        assert words.splitlines()[:1] == [] or words.splitlines()[0] in text
    answer = anna.client.post(address, data={"words": f" {NAME} \n\n", "reason": "Her name."})
    assert answer.location == f"/w/{reference}"
    (proposal,) = open_case(anna.actor, anna.vault(), reference).record.proposals
    assert (proposal.act, proposal.words) == (REDACT, [NAME])
    shown = brenda.client.get(f"/w/{reference}/2/{proposal.id}").text
    assert f"<b>{NAME}</b>" in shown
    assert NAME not in anna.client.get(f"/w/{reference}/h").text.partition("</title>")[0]
    done = brenda.client.post(f"/w/{reference}/2/{proposal.id}", data={"answer": "agree"})
    assert done.location == f"/w/{reference}"
    assert named_in(anna) == []


# --- The rule ------------------------------------------------------------------------------------

NEVER_SHOWN_BUT_TYPED = {
    *("links.note", "own_words.paper", "triage.reason", "verification.reason"),
    *("member_answers.reason", "texts.text"),
}
IDS_AND_CODES = {
    "accounts_given.sha256",
    "bail.place",
    "consents.language",
    "consents.wording",
    "evidence.document",
    "parties.account",
    "parties.station",
    "referrals.service",
    "removed_evidence.copies.sha256",
    "taken_out.sha256",
    "taking.interpreter",
    "taking.present",
    "taking.read_back",
    "taking.told_before",
    "taking.told_by",
    "texts.by",
}


def test_everything_that_is_typed_freely_is_struck_and_no_code_or_id():
    filled = fill()
    left = Redaction(list(filled.canaries.values()), "–").part(filled.record)
    text = left.model_dump_json()
    assert {path for path, canary in filled.canaries.items() if canary in text} == (
        filled.canaries.keys() & NEVER - NEVER_SHOWN_BUT_TYPED | IDS_AND_CODES
    )
    codes = {code for code in [*CODED.values(), *map(str, NAMED)] if code}
    assert Redaction(codes, "–").part(filled.record) == filled.record


WORDS = st.sampled_from(["Njeri", "njeri wa ", "Otieno", "L1", "peer", "p1", "police"])


@given(st.lists(WORDS, min_size=1, max_size=3), st.text(alphabet="aNjeri \n", max_size=12))
def test_no_words_are_left_in_a_change_and_what_is_no_text_stays(words, around):
    place: dict[str, Any] = {"kind": "pay", "what": f"{around} Njeri wa  OTIENO {around}"}
    change = RecordChange(
        at="2026-11-20T09:00Z",  # type: ignore[arg-type]
        by="Njeri",
        places=[
            ChangedPlace(place="acts/a1/code", before="L1", after="L2"),
            ChangedPlace(place="acts/a1/persons", after=["p1"]),
            ChangedPlace(place="terms/0", before=place, after=None),
            ChangedPlace(place="narrative", after=place["what"]),
        ],
    )
    left = Redaction(words, "–").change(change)
    assert left.places[:2] == change.places[:2]
    assert (left.by, left.places[2].before["kind"]) == ("Njeri", "pay")
    for word in words:
        assert not Redaction([word], "–").stands_in(left.places[3].model_copy(update={"place": ""}))
    assert Redaction(words, "–").change(left) == left


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("narrative", "narrative"),
        ("happening.about_when", "happening.about_when"),
        ("acts/a1/circumstances", "acts.circumstances"),
        ("acts-0-circumstances", "acts.circumstances"),
        ("evidence/0123456789abcdef", "evidence"),
    ],
)
def test_a_place_is_the_same_in_changes_and_in_forms(place, path):
    assert path_of(place) == path
