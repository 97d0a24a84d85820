"""Anyone checks a serial: what is told, what is counted, and what never stands there."""

import errno
import hashlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from kash.certificates.models import VerificationAttempt
from kash.certificates.publishing import Check, check_serial
from kash.certificates.queries.issuing import certificates_of
from kash.certificates.rules.issuing import (
    CHECKS_FROM_AN_ADDRESS,
    NAMES_FOR_A_SERIAL,
    NAMES_FROM_AN_ADDRESS,
    Admission,
    CertificateStatus,
    grouped,
)
from kash.certificates.services.certificates import revoke
from kash.people.models import Consent
from kash.platform import database
from kash.platform.database import db, utc_now

from .conftest import ALL, MOST
from .test_views import words

HOTEL = "198.51.100.7"
NEVER_ISSUED = "000000000000"


@pytest.fixture
def whole(ready):
    """One of two issued certificates."""
    ready.confirm(ALL, MOST)
    batch = ready.issued()
    return certificates_of(ready.batch(batch))[1]


def counted() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(VerificationAttempt.id))) or 0


def spent(many: int, address: str = HOTEL, serial: str = "", now: datetime | None = None) -> None:
    """As if so many had been counted."""
    check = Check(serial or NEVER_ISSUED, "A name" if serial else "", address)
    db.session.add_all(
        VerificationAttempt(address=check.address_key, serial=check.serial_key, at=now or utc_now())
        for _ in range(many)
    )
    db.session.commit()


def test_status_title_and_date_are_told_and_never_a_name(whole, ready, client):
    serial = grouped(whole.serial or "")
    answer = client.post("/verify", data={"serial": serial})
    assert "Valid Working Together Issued on 18 November 2026" in words(answer)
    assert ALL not in answer.text
    assert "<title>Programme</title>" in answer.text
    match = client.post("/verify", data={"serial": serial, "name": "  zawadi SAMPÚLI "})
    assert "The name matches the printed one." in words(match)
    other = client.post("/verify", data={"serial": serial, "name": "Amani"})
    assert "The name does not match the printed one." in words(other)
    assert ALL not in match.text + other.text
    assert [serial in (each.location or "") for each in (answer, match, other)] == [False] * 3
    revoke(whole, "withdrawn_by_holder", "Only staff read this", ready.director)
    revoked = client.post("/verify", data={"serial": serial})
    assert "Revoked Working Together" in words(revoked)
    assert "It is genuine, but no longer counts" in words(revoked)
    assert "Only staff read this" not in revoked.text


@pytest.mark.parametrize(
    "worn",
    [
        lambda serial: serial.lower(),
        lambda serial: "  ".join(serial),
        lambda serial: "–".join([serial[:4], serial[4:8], serial[8:]]),
        lambda serial: serial.replace("0", "o").replace("1", "I").replace("V", "u"),
        lambda serial: f"https://programme.example/verify#{serial}",
    ],
)
def test_a_serial_from_worn_paper_is_read(whole, client, worn):
    assert "Issued on" in client.post("/verify", data={"serial": worn(whole.serial or "")}).text


def test_a_mistyped_serial_is_told_before_anything_is_looked_up(whole, client, count_queries):
    serial = whole.serial or ""
    mistyped = ("1" if serial[0] != "1" else "2") + serial[1:]
    with count_queries() as idle:
        client.get("/verify")
    for typed, sentence in (
        (mistyped, "One letter or digit is mistyped."),
        (serial[:-1] + "#", "This is not a whole serial."),
        (serial[:-1] + "!", "One letter or digit is mistyped."),
        ("0000-0000", "This is not a whole serial."),
        ("", "Enter this."),
    ):
        with count_queries() as asked:
            answer = client.post("/verify", data={"serial": typed})
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert asked.count == idle.count
    assert counted() == 0
    unknown = client.post("/verify", data={"serial": NEVER_ISSUED})
    assert "Not ours 0000-0000-0000 We have issued no certificate" in words(unknown)


def test_match_and_no_match_are_one_answer_but_for_the_sentence(whole, client, count_queries):
    asked, pages, serial = [], [], whole.serial
    for name in (ALL, "Amani"):
        with count_queries() as seen:
            answer = client.post("/verify", data={"serial": serial, "name": name})
        asked.append([re.sub(r"\s+", " ", each) for each in seen.statements])
        page = re.sub(r'(?:value|content)="[^"]*"|[0-9]{2}:[0-9]{2}', "", answer.text)
        page = re.sub(r'"match (?:good|bad)">\s*<svg.*?</svg>', "", page)
        pages.append(page.replace("does not match", "matches"))
    assert asked[0] == asked[1]
    assert pages[0] == pages[1]


def test_the_page_speaks_another_language_without_losing_the_answer(whole, client):
    answer = client.post("/verify", data={"serial": whole.serial, "language": "sw"})
    assert '<html lang="sw">' in answer.text
    assert "Working Together" in answer.text
    assert '<html lang="sw">' in client.get("/verify").text
    assert '<html lang="sw">' in client.post("/verify", data={"language": "xx"}).text


def test_the_whole_page_is_small(client, whole):
    page = client.post("/verify", data={"serial": whole.serial})
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    parts = [client.get(each, headers={"Accept-Encoding": "gzip"}).data for each in addresses]
    assert len(parts) >= 5
    assert len(page.data) + sum(map(len, parts)) < 60 * 1024


def test_a_name_whose_printing_was_refused_is_compared_for_nobody(whole, client):
    serial = whole.serial
    db.session.add(
        Consent(
            person_id=whole.person_id,
            purpose="printed_name",
            answer="refused",
            text="As read out",
            text_version="1",
            recorded_by="system",
        )
    )
    db.session.commit()
    pages = [client.post("/verify", data={"serial": serial, "name": n}) for n in (ALL, "Amani")]
    for page in pages:
        assert "Valid Working Together" in words(page)
        assert "No name is compared for this certificate." in words(page)
        # What its script may say of what a camera reads stands ready in templates.
        told = re.sub(r"<template.*?</template>", "", page.text, flags=re.DOTALL)
        assert "matches" not in told.replace("only whether it matches", "")
        assert 'name="name"' not in page.text


# --- Counting -------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_names_are_guessed_ten_times_from_one_address_and_the_status_is_still_told(
    whole, both_engines_app
):
    now, serial = utc_now(), whole.serial or ""

    def guess(name: str, address: str = HOTEL, at: datetime = now) -> tuple[Admission, bool | None]:
        admission, verified = check_serial(Check(serial, name, address), at)
        assert verified is not None
        assert verified.standing is CertificateStatus.VALID
        return admission, verified.name_matches

    assert [guess(f"Guess {n}") for n in range(NAMES_FROM_AN_ADDRESS)] == [
        (Admission.WHOLE, False)
    ] * NAMES_FROM_AN_ADDRESS
    # Not even the right one is compared now, and nothing tells it from the wrong ones.
    assert guess(ALL) == guess("Guess") == (Admission.WITHOUT_NAME, None)
    assert guess(ALL, "203.0.113.9") == (Admission.WHOLE, True)
    assert guess(ALL, at=now + timedelta(hours=1, seconds=1)) == (Admission.WHOLE, True)


def test_on_a_full_disk_a_paper_is_still_checked_and_no_name_is_tried_uncounted(
    whole, app, monkeypatch
):
    def full(_url: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(database, "in_turn", full)
    admission, verified = check_serial(Check(whole.serial or "", ALL, HOTEL), utc_now())
    assert admission is Admission.WITHOUT_NAME
    assert verified is not None
    assert (verified.standing, verified.name_matches) == (CertificateStatus.VALID, None)


@pytest.mark.any_engine
def test_forty_who_type_the_right_name_behind_one_address_are_never_stopped(
    whole, both_engines_app
):
    now = utc_now()
    check = Check(whole.serial or "", ALL, HOTEL)
    answers = [check_serial(check, now) for _ in range(40)]
    matched = [verified.name_matches for _admission, verified in answers if verified]
    assert matched == [True] * 40


@pytest.mark.any_engine
def test_guesses_from_everywhere_are_counted_together_for_each_serial(whole, both_engines_app):
    serial = whole.serial or ""
    for number in range(NAMES_FOR_A_SERIAL):
        spent(1, f"198.51.100.{number}", serial)
    late = check_serial(Check(serial, ALL, "203.0.113.9"), utc_now())
    assert late[0] is Admission.WITHOUT_NAME
    other = check_serial(Check(NEVER_ISSUED, ALL, "203.0.113.9"), utc_now())
    assert other[0] is Admission.WHOLE


def test_what_is_refused_is_not_counted_and_old_rows_go(both_engines_app):
    now = utc_now()
    spent(3, now=now - timedelta(hours=2))
    spent(CHECKS_FROM_AN_ADDRESS, now=now)
    for _ in range(3):
        assert check_serial(Check(NEVER_ISSUED, "", HOTEL), now) == (Admission.REFUSED, None)
    assert counted() == CHECKS_FROM_AN_ADDRESS + 3
    assert check_serial(Check(NEVER_ISSUED, "", "203.0.113.9"), now)[1] is not None
    assert counted() == CHECKS_FROM_AN_ADDRESS + 1


@pytest.mark.any_engine
def test_neither_address_nor_serial_nor_name_is_kept(whole, both_engines_app):
    check_serial(Check(whole.serial or "", "Amani Guess", HOTEL), utc_now())
    (row,) = db.session.execute(select(VerificationAttempt.__table__)).all()
    kept = repr(row)
    plain = [HOTEL, whole.serial or "", "Amani"]
    hashed = [hashlib.sha256(each.encode()).hexdigest() for each in plain]
    assert [each in kept for each in plain + hashed] == [False] * 6


def test_too_many_checks_wait_and_say_nothing_of_the_certificate(whole, client):
    spent(CHECKS_FROM_AN_ADDRESS, "127.0.0.1")
    answer = client.post("/verify", data={"serial": whole.serial})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert "Wait a little" in words(answer)
    assert "Working Together" not in answer.text


def test_eight_at_once_get_no_more_guesses_than_one(whole, both_engines_app):
    serial = whole.serial or ""
    db.session.rollback()

    def guess(number: int) -> Admission:
        with both_engines_app.app_context():
            return check_serial(Check(serial, f"Guess {number}", HOTEL), utc_now())[0]

    with ThreadPoolExecutor(8) as threads:
        admitted = list(threads.map(guess, range(24)))
    assert admitted.count(Admission.WHOLE) == NAMES_FROM_AN_ADDRESS


def _guesses(app: APIFlask, said: SimpleQueue[str]) -> None:
    """Six guesses in a process of its own, which shares no connection with its parent."""
    with app.app_context():
        db.engine.dispose(close=False)
        for number in range(6):
            check = Check(NEVER_ISSUED, f"Guess {number}", HOTEL)
            said.put(str(check_serial(check, utc_now())[0]))


def test_processes_count_together(both_engines_app):
    db.session.remove()
    db.engine.dispose()
    forking = get_context("fork")
    said: SimpleQueue[str] = forking.SimpleQueue()
    running = [forking.Process(target=_guesses, args=(both_engines_app, said)) for _ in range(3)]
    for each in running:
        each.start()
    for each in running:
        each.join()
        assert each.exitcode == 0
    answers = Counter(said.get() for _ in range(18))
    assert answers == {"whole": 10, "without_name": 8}


def test_a_network_of_ipv6_counts_as_one_address(app):
    keys = {
        Check(NEVER_ISSUED, "", address).address_key
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")
    }
    assert len(keys) == 1


def test_another_site_uses_up_nobodys_checks(app, client):
    answer = client.post(
        "/verify", data={"serial": NEVER_ISSUED}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 200
    assert "data-verdict>" not in answer.text
    assert counted() == 0
    client.post("/verify", data={"serial": NEVER_ISSUED}, headers={"Sec-Fetch-Site": "same-origin"})
    assert counted() == 1
