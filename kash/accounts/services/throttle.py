"""Counting tries, in rows of the database: all processes and restarts count together.

One row for each key, no matter who tries how often; what is refused writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from kash.accounts import rules as accounts_rules
from kash.accounts.errors import SignInPaused
from kash.accounts.models import Account, BrowserMark, CountedTries, KnownAddress, PasskeyChallenge
from kash.accounts.queries.accounts import address_is_known, known_mark
from kash.platform.database import db, insertion, utc_now, writing
from kash.platform.vault import lookup
from kash.platform.web.bodies import network_of
from kash.platform.web.errors import TooManyTries
from kash.policy import Actor

_CLIENT, _ADDRESS, _STRANGERS = "signin.client", "signin.address", "signin.strangers"
# A person who needs several rows takes them in this order, so that no two wait for each other.
_ORDER = (_STRANGERS, _ADDRESS, _CLIENT)

Counter = tuple[str, str]


@dataclass(frozen=True)
class Client:
    """From where someone tries: an address, and what the browser shows of accounts known to it.

    `marks` are hashes of the tokens in its cookie; each is worth something for the one account
    whose mark it is. `session` is the session of `owner`, where somebody is signed in already.
    """

    address: str
    marks: tuple[str, ...] = ()
    session: str = ""
    owner: str = ""

    def of(self, by: Actor) -> Client:
        """The same for somebody who is signed in: each session is counted by itself."""
        return Client(self.address, (), by.session_id, by.public_id) if by.session_id else self


@dataclass(frozen=True)
class Try:
    """A try that is counted until it succeeds; `mark` is that of the browser it was made with."""

    counted: tuple[Counter, ...]
    mark: int | None = None


def count_try(kind: str, key: str, *, limit: int, window: timedelta) -> None:
    """Count a try of some kind; for pages of any room that answer to guesses.

    `kind` is a fixed name as "certificates.verify" (at most 40 characters), `key` the person who
    tries: the address that `request.remote_addr` tells (a network of IPv6 counts as one) or an id,
    kept as a keyed hash only. After `limit` tries within the `window` (from the first of them)
    raises TooManyTries, and writes nothing then. Not to be called inside a write transaction.

        count_try("certificates.verify", address, limit=30, window=timedelta(minutes=15))
    """
    counter = (kind, lookup(network_of(key), kind=f"tries.{kind}"))
    if _standing([counter], utc_now())[counter] >= limit:
        raise TooManyTries
    with writing() as session:
        now = utc_now()
        counted = _locked(session, counter, now, window)
        if counted.tries >= limit:
            raise TooManyTries
        counted.tries += 1


def tries_are_over(kind: str, key: str, *, limit: int) -> bool:
    """True if `count_try` would refuse; for pages on which only what was wrong is counted."""
    counter = (kind, lookup(network_of(key), kind=f"tries.{kind}"))
    return _standing([counter], utc_now())[counter] >= limit


@dataclass(frozen=True)
class Queue:
    """Queue in which tries wait: `free` of them at once, then one after the other `every` so long,
    nobody longer than `most`. `key` is the address, or what is tried."""

    kind: str
    key: str
    free: int
    every: timedelta
    most: timedelta


def take_turns(queues: Sequence[Queue]) -> timedelta:
    """Stand in several queues at once, right or wrong alike; for how long to wait.

    Nobody is refused, and the row of a queue tells only when it ends, after which it is deleted.
    Queues are given in one order always. Not to be called inside a write transaction.
    """
    longest = timedelta(0)
    with writing() as session:
        now = utc_now()
        for queue in queues:
            key = lookup(network_of(queue.key), kind=f"tries.{queue.kind}")
            counted = _locked(session, (queue.kind, key), now, timedelta(0))
            counted.tries += 1
            wait = counted.until + queue.every - queue.free * queue.every - now
            if wait <= queue.most:
                # A queue does not grow beyond what anybody waits.
                counted.until += queue.every
            longest = max(longest, min(wait, queue.most))
    return longest


def begin_try(account_key: str, client: Client, account: Account | None) -> Try:
    """Count a try on an account before the password is looked at. Raises SignInPaused.

    It is counted first so that a thousand tries at once are counted too. `account` is None where
    there is none with this key.
    """
    network = network_of(client.address)
    mark, by, is_known = None, f"address {network}", False
    if account is not None:
        if client.session and client.owner == account.public_id:
            by, is_known = f"session {client.session}", True
        elif (browser := known_mark(account.id, client.marks)) is not None:
            mark, by, is_known = browser.id, f"mark {browser.public_id}", True
        else:
            is_known = address_is_known(account.id, _address_key(account.public_id, network))
    counters = {
        _STRANGERS: (_STRANGERS, account_key),
        _ADDRESS: (_ADDRESS, lookup(network, kind="signin.address")),
        _CLIENT: (_CLIENT, lookup(f"{account_key} {by}", kind="signin.client")),
    }
    wanted = [counters[kind] for kind in ((_CLIENT,) if is_known else _ORDER)]

    def refused(tries_by_counter: dict[Counter, int]) -> bool:
        """True if after so many tries another is refused for a while."""
        return accounts_rules.refused_for_a_while(
            accounts_rules.RecentTries(
                client=tries_by_counter[counters[_CLIENT]],
                address=tries_by_counter.get(counters[_ADDRESS], 0),
                strangers=tries_by_counter.get(counters[_STRANGERS], 0),
                known=is_known,
            )
        )

    if refused(_standing(wanted, utc_now())):
        raise SignInPaused
    with writing() as session:
        now = utc_now()
        rows = {key: _locked(session, key, now, accounts_rules.THROTTLE_WINDOW) for key in wanted}
        if refused({key: tries.tries for key, tries in rows.items()}):
            raise SignInPaused
        if mark is not None and not _count_on_mark(session, mark, now):
            raise SignInPaused
        # Of strangers, addresses are counted, not tries.
        first = rows[counters[_CLIENT]].tries == 0
        counted = tuple(key for key in wanted if first or key != counters[_STRANGERS])
        for key in counted:
            rows[key].tries += 1
    return Try(counted, mark)


def forgive_try(tried: Try) -> None:
    """A try succeeded: it does not count."""
    with writing() as session:
        for kind, key in tried.counted:
            session.execute(
                update(CountedTries)
                .where(CountedTries.kind == kind, CountedTries.key == key, CountedTries.tries > 0)
                .values(tries=CountedTries.tries - 1)
            )
        if tried.mark is not None:
            session.execute(
                update(BrowserMark)
                .where(BrowserMark.id == tried.mark, BrowserMark.tries > 0)
                .values(tries=BrowserMark.tries - 1)
            )


def _count_on_mark(session: Session, mark: int, now: datetime) -> bool:
    """Count a try against a browser's mark; whether the mark still helped."""
    browser_mark = session.scalar(
        select(BrowserMark).where(BrowserMark.id == mark).with_for_update()
    )
    if browser_mark is None or not accounts_rules.mark_helps(
        browser_mark.tries, browser_mark.expires_at, now
    ):
        return False
    browser_mark.tries += 1
    return True


def _standing(counters: Sequence[Counter], now: datetime) -> dict[Counter, int]:
    """How many tries stand against each, without locking anything."""
    rows = db.session.execute(
        select(CountedTries.kind, CountedTries.key, CountedTries.tries).where(
            tuple_(CountedTries.kind, CountedTries.key).in_(counters), CountedTries.until > now
        )
    )
    tries = {(counted.kind, counted.key): counted.tries for counted in rows}
    return {counter: tries.get(counter, 0) for counter in counters}


def _locked(session: Session, counter: Counter, now: datetime, window: timedelta) -> CountedTries:
    kind, key = counter
    session.execute(
        insertion(session, CountedTries)
        .values(kind=kind, key=key, tries=0, until=now + window)
        .on_conflict_do_nothing()
    )
    counted_tries = session.scalars(
        select(CountedTries)
        .where(CountedTries.kind == kind, CountedTries.key == key)
        .with_for_update()
    ).one()
    if counted_tries.until <= now:
        counted_tries.tries, counted_tries.until = 0, now + window
    return counted_tries


def _address_key(public_id: str, network: str) -> str:
    return lookup(f"{public_id} {network}", kind="signin.known_address")


def remember_address(session: Session, account: Account, client: Client, now: datetime) -> None:
    """Note, inside the caller's transaction, from where an account has signed in."""
    if not client.address:
        return
    key = _address_key(account.public_id, network_of(client.address))
    session.execute(
        insertion(session, KnownAddress)
        .values(account_id=account.id, address_key=key, used_at=now)
        .on_conflict_do_update(index_elements=["account_id", "address_key"], set_={"used_at": now})
    )


def forget_tries() -> None:
    """Delete what has run out: counted tries, known addresses and browsers, challenges."""
    with writing() as session:
        now = utc_now()
        gone = (
            select(CountedTries.kind, CountedTries.key)
            .where(CountedTries.until <= now)
            .with_for_update(skip_locked=True)
            .limit(10_000)
        )
        forgotten = [tuple(counted) for counted in session.execute(gone)]
        for start in range(0, len(forgotten), 500):
            session.execute(
                delete(CountedTries).where(
                    tuple_(CountedTries.kind, CountedTries.key).in_(forgotten[start : start + 500])
                )
            )
        session.execute(
            delete(KnownAddress).where(
                KnownAddress.used_at < now - accounts_rules.ADDRESS_KNOWN_FOR
            )
        )
        session.execute(delete(BrowserMark).where(BrowserMark.expires_at <= now))
        session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))
