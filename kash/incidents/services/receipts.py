"""Receipts in somebody's hands: she chooses its word, looks, and takes back what was allowed.

Without keys of her own nothing of it leaves an entry, and nothing a row before a member opened the
case: it lies in the letterbox like a filing."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.accounts.services.throttle import Queue, count_try, take_turns, tries_are_over
from kash.incidents.models import Incident
from kash.incidents.queries import letterbox as queries
from kash.incidents.queries.letterbox import (
    TEXTS_KIND,
    WITHDRAWALS_KIND,
    Receipt,
    ReceiptKeys,
    keys_of,
    notes_in,
    opened_box,
    page_hash,
    receipt_by,
    sealed_notes,
    sealed_text,
    texts_for_holder,
)
from kash.incidents.rules.casework import OVER
from kash.incidents.rules.filing import token_helps
from kash.incidents.rules.letterbox import (
    MOST_ANSWERS,
    MOST_TEXTS,
    Box,
    KeptByPaper,
    TakenBack,
    Talk,
    in_bytes,
    in_text,
)
from kash.incidents.rules.parts import HOLDER, ReceiptText
from kash.incidents.rules.record import Withdrawal, still_to_say, withdrawing_as_bytes
from kash.incidents.services.brief_endings import stop_briefs
from kash.incidents.services.cases import changing
from kash.incidents.services.filing import filed_at, without_trace
from kash.incidents.services.letterbox import letter, letterbox
from kash.incidents.services.retention import end_made
from kash.platform.database import db, utc_now
from kash.platform.vault import OpenVault, SealError, open_text, seal
from kash.platform.web.bodies import network_of
from kash.platform.web.errors import Problem, TooManyTries
from kash.platform.web.formats import to_local
from kash.policy import Actor

# Wrong answers of everybody within ten minutes, and of one code within a day.
_WRONG, _WITHIN = 300, timedelta(minutes=10)
_WRONG_WORDS = 10
_CODE, _ANYBODY = "incidents.receipt_code", "incidents.receipt"
_CARRIED = "incidents.receipt_carried"
PASS_HELPS = timedelta(minutes=15)


PAGE_TOO_OLD = _l(
    "This page is too old to be answered. If your report was sent by it, it is worked on all"
    " the same."
)


@dataclass(frozen=True)
class Found:
    """Findings of a receipt: the state of the report, purposes that were taken back by it, whether
    it was shredded because its holder did not let it be kept, and the codes of sentences that the
    owner let her read."""

    state: str
    keys: ReceiptKeys = field(repr=False)
    taken_back: frozenset[str] = field(default=frozenset(), repr=False)
    as_asked: bool = False
    # By which paper two members keep it, whatever was taken back.
    paper: KeptByPaper | None = None
    # What she was asked and answered, the oldest first, and whether she may write.
    texts: tuple[ReceiptText, ...] = field(default=(), repr=False)
    may_write: bool = False
    told: tuple[str, ...] = field(default=(), repr=False)


# --- Sending ----------------------------------------------------------------------------------


def receipt_if_sent(draft: str, token: str, language: str) -> Receipt | None:
    """The receipt of what was sent by a page already, with the word that was drawn; None if nothing
    was, or if that was too long ago."""
    if not token_helps(token, utc_now()):
        return None
    box = opened_box(db.session())
    answered = box.pages.get(page_hash(draft, token))
    receipt = receipt_by(draft, token, answered.language if answered else language)
    key = keys_of(receipt.code, receipt.word).hash
    sent = queries.is_sent(db.session(), box, key) or answered is not None
    return receipt if sent else None


def choose_word(by: Actor, draft: str, token: str, language: str, word: str = "") -> Receipt:
    """Put a word of one's own in the place of the one that was drawn for what a page sent, or leave
    that one; the receipt. The same page sent twice gives the same, and another word after a first
    one takes its place. Raises Problem."""
    if not token_helps(token, utc_now()):
        raise Problem(PAGE_TOO_OLD, status=410)
    page = page_hash(draft, token)
    answered = opened_box(db.session()).pages.get(page)
    drawn = receipt_by(draft, token, answered.language if answered else language)
    own = Receipt(drawn.code, word or drawn.word)
    before, now = keys_of(drawn.code, drawn.word), keys_of(own.code, own.word)
    old, new = before.hash, now.hash
    if answered:
        old = answered.receipt
    with without_trace("incidents.word_chosen", by) as filing:
        session = filing.session
        incident = session.scalar(
            select(Incident)
            .where(Incident.receipt_hash.in_((old, new)))
            .order_by(Incident.id)
            .with_for_update()
        )
        with letterbox(session) as box:
            if old in box.sent:
                box.sent[new] = box.sent.pop(old)
                box.sent[new].seal_to = now.seal_to
            elif incident is not None:
                incident.receipt_hash = new
                if talk := box.talks.get(incident.public_id):
                    _seal_anew(talk, before, now)
            elif new not in box.sent:
                raise Problem(PAGE_TOO_OLD, status=410)
            if old in box.taken_back:
                box.taken_back[new] = box.taken_back.pop(old)
            if page in box.pages:
                box.pages[page].receipt = new
    return own


def _seal_anew(talk: Talk, before: ReceiptKeys, now: ReceiptKeys) -> None:
    """Seal what she was asked already to the word that she chose."""
    texts = texts_for_holder(before, talk)
    talk.seal_to = now.seal_to
    talk.texts = [
        sealed if text.is_damaged else sealed_text(text, now.seal_to)
        for sealed, text in zip(talk.texts, texts, strict=True)
    ]


# --- Looking ----------------------------------------------------------------------------------


def open_receipt(code: str, word: str) -> Found | None:
    """Open what code and word open together, None if nothing: the same for a wrong word as for a
    code that never was, by the same statements.

    What opens nothing is counted, for each code as for all of them together, and never who asked.
    After ten wrong words a code opens nothing until the day is over. Raises TooManyTries.
    """
    if tries_are_over(_CODE, code, limit=_WRONG_WORDS):
        raise TooManyTries
    keys = keys_of(code, word)
    opened = found_under(keys)
    if opened is None:
        # The row tells the day and not the moment.
        count_try(_CODE, code, limit=_WRONG_WORDS, window=_until_midnight(utc_now()))
        count_try(_ANYBODY, "anybody", limit=_WRONG, window=_WITHIN)
    return opened


# Where no account is asked for: tries of one code from one address, of one code, from one address,
# and of everybody. An address waits as long as it takes, and never others for it; her code, though
# it was found by others, opens for her within ten minutes.
_TURN, _TURN_WAITS = "incidents.receipt_turn", timedelta(minutes=15)


def turn_of(code: str, address: str) -> timedelta:
    """Queue up with what somebody without an account typed; for how long she waits before it
    is looked at, whether it opens anything or not. Nobody is refused."""
    here = network_of(address)
    day, minutes = timedelta(days=1), timedelta(minutes=10)
    return take_turns(
        (
            Queue(f"{_TURN}.both", f"{code} {here}", 5, minutes, day),
            Queue(f"{_TURN}.code", code, 10, timedelta(minutes=1), minutes),
            Queue(f"{_TURN}.address", here, 20, timedelta(seconds=10), day),
            Queue(f"{_TURN}.all", "anybody", 300, timedelta(seconds=1), timedelta(minutes=1)),
        )
    )


def ticket_of(code: str, word: str, wait: timedelta) -> str:
    """Ticket that a page carries that waits for its turn, with what was typed on it."""
    carried = json.dumps([int((utc_now() + wait).timestamp()), code, word]).ljust(300)
    return urlsafe_b64encode(seal(carried, kind=_TURN, public_id="receipt")).decode()


def waited_for(ticket: str) -> tuple[timedelta, ReceiptKeys | None]:
    """Time that a ticket still waits, and once that is over the keys that it makes. There are none
    if its turn was long ago, or if it is no ticket."""
    try:
        blob = urlsafe_b64decode(ticket.encode())
        opens, code, word = json.loads(open_text(blob, kind=_TURN, public_id="receipt"))
    except (SealError, ValueError, TypeError):
        return timedelta(0), None
    left = timedelta(seconds=opens - utc_now().timestamp())
    fits = -_TURN_WAITS < left <= timedelta(0)
    return max(left, timedelta(0)), keys_of(code, word) if fits else None


def _until_midnight(now: datetime) -> timedelta:
    local = to_local(now)
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow - local


def found_under(keys: ReceiptKeys) -> Found | None:
    """Findings under what code and word make, None if there is nothing; always by the same
    statements."""
    box = opened_box(db.session())
    incident = db.session.execute(
        select(Incident.state, Incident.receipt_notes, Incident.public_id).where(
            Incident.receipt_hash == keys.hash
        )
    ).one_or_none()
    talk = box.talks.get(incident.public_id) if incident is not None else None
    texts = texts_for_holder(keys, talk)
    if incident is None and keys.hash not in box.sent:
        return None
    state = "submitted" if incident is None else incident.state
    notes = notes_in(_notes(box, keys, incident.receipt_notes if incident else None), keys.notes)
    taken_back = frozenset(notes.taken_back)
    as_asked = keys.hash in box.shredded or (state == "shredded" and "record" in taken_back)
    paper = None if incident is None else box.papers.get(incident.public_id)
    may_write = incident is not None and state not in OVER
    told = () if incident is None else tuple(box.told.get(incident.public_id, ()))
    return Found(state, keys, taken_back, as_asked, paper, tuple(texts), may_write, told)


def _notes(box: Box, keys: ReceiptKeys, kept: bytes | None) -> bytes | None:
    waiting = box.taken_back.get(keys.hash)
    return in_bytes(waiting.notes) if waiting else kept


def pass_of(keys: ReceiptKeys) -> str:
    """Pass that a page carries that a receipt opened, in place of code and word: for a quarter of
    an hour, or as long as the page is there for telling more."""
    carried = [int(utc_now().timestamp()) // 60, keys.hash, keys.notes.hex()]
    return urlsafe_b64encode(seal(json.dumps(carried), kind=_CARRIED, public_id="receipt")).decode()


def found_by_pass(carried: str) -> Found | None:
    """Findings that a page's pass opens, None if it is too old or none."""
    minute, keys = _carried(carried)
    if keys is None or utc_now().timestamp() - minute * 60 > PASS_HELPS.total_seconds():
        return None
    return found_under(keys)


def keys_to_add_by(carried: str) -> ReceiptKeys | None:
    """Keys of the report to which a page adds, None if its pass is none. However long that was
    open: told alone it would be read by those that the first one keeps away."""
    return _carried(carried)[1]


def _carried(carried: str) -> tuple[int, ReceiptKeys | None]:
    try:
        blob = urlsafe_b64decode(carried.encode())
        minute, hashed, notes = json.loads(open_text(blob, kind=_CARRIED, public_id="receipt"))
    except (SealError, ValueError, TypeError):
        return 0, None
    return minute, ReceiptKeys(hashed, bytes.fromhex(notes))


# --- Taking back ------------------------------------------------------------------------------


def take_back(by: Actor, found: Found, purposes: Sequence[str]) -> Found:
    """Take consents back, for everybody in the report; what the receipt opens then.

    It waits sealed in the letterbox, and holds at once for whatever reads the record; what was made
    under such a consent is gone, and so is what mediators are asked under it. What waits there
    already is not said twice. Raises NobodyHoldsKeys and Problem.
    """
    keys = found.keys
    with without_trace("incidents.consents_taken_back", by) as filing:
        session = filing.session
        # As any change of a case: first its row, so that nothing is begun under a consent that is
        # just taken back.
        incident = session.scalar(
            select(Incident).where(Incident.receipt_hash == keys.hash).with_for_update()
        )
        with letterbox(session) as box:
            notes_kept = incident.receipt_notes if incident else None
            notes = notes_in(_notes(box, keys, notes_kept), keys.notes)
            waiting = box.taken_back.get(keys.hash) or TakenBack()
            ids = [withdrawal.public_id for withdrawal in waiting.withdrawals]
            more = still_to_say(notes, purposes, ids)
            if not more:
                filing.nothing()
                return found
            hour = filing.now.replace(minute=0, second=0, microsecond=0)
            sealed = letter(
                session, WITHDRAWALS_KIND, withdrawing_as_bytes(Withdrawal(purposes=more, at=hour))
            )
            notes.taken_back |= dict.fromkeys(more, sealed.public_id)
            waiting.withdrawals.append(sealed)
            waiting.notes = in_text(sealed_notes(notes, keys.notes))
            box.taken_back[keys.hash] = waiting
            if incident is not None:
                # Who does not let it be kept lets nothing be made of it either.
                end_made(session, box, [incident.public_id], None if "record" in more else more)
                stop_briefs(session, box, incident.public_id, more)
    return replace(found, taken_back=frozenset(notes.taken_back))


# --- Texts ------------------------------------------------------------------------------------


class AnswersWait(Problem):
    """As many answers wait as a receipt may have waiting."""

    field = "text"
    sentence = _l(
        "Ten of your texts wait to be read. Yours is not sent: send it once they were read, or"
        " call the programme."
    )


class NotNowUnderReceipt(Problem):
    """Nobody reads what would be written."""

    field = "text"
    sentence = _l("Nobody works on this report now, so that nobody would read it.")


def answer_under_receipt(by: Actor, found: Found, text: str) -> Found:
    """Answer under a receipt, sealed to members and to the person who holds it; the same text sent
    twice is one. Its owner finds it on Today; if somebody is held her phone rings within a minute,
    once until she opens the case. Raises AnswersWait, NotNowUnderReceipt, NobodyHoldsKeys and
    Problem."""
    keys = found.keys
    with without_trace("incidents.text_answered", by) as filing:
        session = filing.session
        query = select(Incident).where(Incident.receipt_hash == keys.hash).with_for_update()
        incident = session.scalar(query)
        if incident is None or incident.state in OVER:
            raise NotNowUnderReceipt
        with letterbox(session) as box:
            talk = box.talks.setdefault(incident.public_id, Talk(seal_to=keys.seal_to))
            texts = texts_for_holder(keys, talk)
            if texts and texts[-1].is_answer and texts[-1].text == text:
                filing.nothing()
                return replace(found, texts=tuple(texts))
            if len(talk.answers) >= MOST_ANSWERS:
                raise AnswersWait
            owned = box.owners.get(incident.public_id)
            is_urgent = owned is not None and owned.held
            answer = ReceiptText(by=HOLDER, at=filed_at(filing.now, is_urgent), text=text)
            talk.answers.append(letter(session, TEXTS_KIND, answer.model_dump_json().encode()))
            _keep_text(talk, answer)
            if owned is not None and is_urgent and not talk.new:
                owned.ring_at, owned.rung = filing.now, -1
            talk.new = True
    return replace(found, texts=(*texts, answer)[-MOST_TEXTS:])


def _keep_text(talk: Talk, text: ReceiptText) -> None:
    talk.texts = [*talk.texts, sealed_text(text, talk.seal_to)][-MOST_TEXTS:]


def ask_by_receipt(by: Actor, vault: OpenVault, reference: str, text: str) -> None:
    """Ask the person who holds the receipt of a case; the same text sent twice is one. Raises
    NotNowUnderReceipt without a receipt that takes texts, CaseClosed, NotFound and Damaged."""
    with changing("incidents.text_asked", by, vault, reference) as case:
        case.refuse_closed()
        texts = case.record.texts
        if texts and (texts[-1].by, texts[-1].text) == (by.public_id, text):
            case.nothing()
            return
        question = ReceiptText(by=by.public_id, at=case.now, text=text)
        with letterbox(case.session) as box:
            talk = box.talks.get(reference)
            if talk is None:
                raise NotNowUnderReceipt
            _keep_text(talk, question)
        texts.append(question)
        case.happened("text_asked")
