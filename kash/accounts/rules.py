"""For which site passkeys are made, and when one was used that may have been copied. People who
were pasted to be invited: a line each, as from a sheet or a message. Cells are told apart by what
they say and not by their place: what holds an @ is an address, a word for a role or a language is
that, and what comes first of the rest is the name. Nothing is guessed: what is neither is handed
back as not read. Clocks and limits of what protects people: breaches, stand-ins, reviews of access.
Names to sign in with for people who have no e-mail address. Drawn and never chosen: a name that
somebody chooses tells who she is, and being told that one is taken would tell the person who tries
addresses who has an account here. When sign-in has to wait, and how addresses are told apart. Every
try is counted against the person who tries: a browser or an address that the account has used
before is counted by itself, so that nobody locks its owner out by failing elsewhere. Strangers also
share two limits: one address over all accounts, and the number of addresses that tried one account.
The last one is what many machines in concert meet; one address adds one to it, however often it
tries. What knows a browser again, its mark, is worth something for a few wrong tries only: the
person who has the browser of somebody else is a stranger after that. Acts that take two people, how
a request stands, and which accounts are independent. Four roles open much: who holds one, and by
which ways one may come to hold one, is never decided by one person alone. One asks, another agrees;
and the other must not be her puppet. *Behind* an account stand itself, the person who brought it in
or gave it power, the person who stands behind those, and so on. Two accounts are independent if
nobody stands behind both. So a puppet, a puppet's puppet and two puppets of one hand never agree
with each other. A person who agrees gives no power: she does not stand behind. Nobody stands behind
a founder (the first of each role, before the first director has joined), nor behind those the
operator of the server let in. How long sessions and links last, what a password must be, who needs
more than one."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from kash.platform.approvals.rules import Standing, standing_of
from kash.policy import Role

CHALLENGE_LASTS = timedelta(minutes=5)
PASSKEYS_MOST = 20
_USUAL_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Site:
    """Site as a browser tells it when a passkey is used here: `host` and whole `origin`."""

    host: str
    origin: str


def site_of(public_address: str) -> Site | None:
    """The site behind the public address, None where browsers allow no passkeys.

    They need https, but for localhost, and a name: a bare number will not do.
    """
    parts = urlsplit(public_address)
    host = (parts.hostname or "").rstrip(".")
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return None
    local = host == "localhost" or host.endswith(".localhost")
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        return None
    try:
        port = "" if parts.port in (None, _USUAL_PORTS[parts.scheme]) else f":{parts.port}"
    except ValueError:
        return None
    return Site(host, f"{parts.scheme}://{host}{port}")


def may_be_a_copy(last: int, now: int) -> bool:
    """True if a counter has not grown. Devices that do not count say zero for ever."""
    return (last > 0 or now > 0) and now <= last


INVITED_AT_ONCE = 40
# Only from where a word begins: a long word without an @ would be tried from each of its letters.
_ADDRESS = re.compile(r"(?<![^\s<>,;\"'])[^\s<>,;\"']+@[^\s<>,;\"']+")
_IN_HEADINGS = """
name|names|e-mail|email|mail|e-mail address|role|language
|jina|majina|barua pepe|anwani ya barua pepe|jukumu|lugha
"""
_HEADINGS = frozenset(_IN_HEADINGS.replace("\n", "").split("|"))


@dataclass(frozen=True)
class Pasted:
    """One line, and the `line` itself. `role` and `language` are empty where it says none; `unread`
    is what was not understood, as it was written."""

    name: str
    email: str = ""
    role: str = ""
    language: str = ""
    unread: str = ""
    line: str = ""


def _cells(line: str) -> list[str]:
    for mark in ("\t", ";", ","):
        if mark in line:
            break
    else:
        mark = "\n"
    cells: list[str] = []
    for cell in line.split(mark):
        address = _ADDRESS.search(cell)
        parts = (
            (cell[: address.start()], address.group(), cell[address.end() :])
            if address
            else (cell,)
        )
        cells += [" ".join(part.strip(" \"'<>").split()) for part in parts]
    return [cell for cell in cells if cell]


def _is_somebody(line: str) -> bool:
    cells = _cells(line)
    return bool(cells) and not all(cell.casefold() in _HEADINGS for cell in cells)


def _read(line: str, roles: Mapping[str, str], languages: Mapping[str, str]) -> Pasted:
    name = email = role = language = ""
    unread: list[str] = []
    for cell in _cells(line):
        plain = cell.casefold()
        if "@" in cell and not email:
            email = cell.removeprefix("mailto:")
        elif plain in roles and not role:
            role = roles[plain]
        elif plain in languages and not language:
            language = languages[plain]
        elif not name and "@" not in cell:
            name = cell
        else:
            unread.append(cell)
    if not (name or email):
        # A line of words for roles alone may be somebody's name: it is shown, not swallowed.
        return Pasted(", ".join(_cells(line)), line=line.strip())
    return Pasted(name, email, role, language, ", ".join(unread), line.strip())


def pasted_people(
    text: str, roles: Mapping[str, str], languages: Mapping[str, str]
) -> list[Pasted]:
    """The people of a text, a line each, in its order; a line of headings is nobody.

    `roles` and `languages` say what a word means, in small letters as `casefold` makes them.
    """
    return [_read(line, roles, languages) for line in text.splitlines() if _is_somebody(line)]


# Data Protection Act 2019, section 43: notice to the Data Commissioner within 72 hours.
NOTICE_WITHIN = timedelta(hours=72)
LONGEST_STAND_IN = 90
REVIEW_EVERY = timedelta(days=90)
UNUSED_AFTER = timedelta(days=90)
OPENINGS_SINCE = timedelta(days=90)


class Affected(StrEnum):
    """Kinds of data that a breach may have shown."""

    NAMES = "names"
    CONTACTS = "contacts"
    ATTENDANCE = "attendance"
    CERTIFICATES = "certificates"
    FORUMS = "forums"
    ACCOUNTS = "accounts"
    CASES = "cases"
    HEALTH = "health"
    IDENTITIES = "identities"
    EVIDENCE = "evidence"
    PAPER = "paper"
    UNKNOWN = "unknown"


class NoticeClock(NamedTuple):
    """Until when the notice is due and how it stands. `hours` are whole hours left, or late."""

    due: datetime
    state: str
    hours: int


def breach_clock(
    noticed_at: datetime, now: datetime, notified_at: datetime | None, closed_at: datetime | None
) -> NoticeClock:
    """The 72-hour clock: "notified", "closed" without a notice, "running" or "overdue".

    It stops with the notice, not with the closing of the entry: a late notice stays late.
    """
    due = noticed_at + NOTICE_WITHIN
    stopped = notified_at or closed_at or now
    left = due - stopped
    hours = abs(left) // timedelta(hours=1)
    if notified_at is not None:
        return NoticeClock(due, "notified" if left >= timedelta(0) else "notified late", hours)
    if closed_at is not None:
        return NoticeClock(due, "closed", hours)
    return NoticeClock(due, "running" if left >= timedelta(0) else "overdue", hours)


class DaysFault(StrEnum):
    """Fault in the days of a stand-in."""

    ORDER = "order"
    PAST = "past"
    LONG = "long"


def days_fault(first: date, last: date, today: date) -> DaysFault | None:
    """Fault in standing in from `first` to `last`, both included; None if there is none."""
    if last < first:
        return DaysFault.ORDER
    if last < today:
        return DaysFault.PAST
    if (last - first).days + 1 > LONGEST_STAND_IN:
        return DaysFault.LONG
    return None


def review_is_due(last: datetime | None, since: datetime, now: datetime) -> bool:
    """True if all access should be looked at again; `since` is when the programme began."""
    return now - (last or since) > REVIEW_EVERY


def is_unused(last_seen: datetime | None, created: datetime, now: datetime) -> bool:
    """True if nobody has signed in with an account for `UNUSED_AFTER`."""
    return now - (last_seen or created) > UNUSED_AFTER


class Opening(StrEnum):
    """Opening: a way in which something leaves the system with a person, shown, as a table, or on
    paper."""

    SHOWN = "shown"
    EXPORTED = "exported"
    PRINTED = "printed"


def opening_of(action: str) -> Opening | None:
    """Kind of opening that an action of the trail is; the last word of its name says so."""
    last = action.rpartition("_")[2].rpartition(".")[2]
    if action == "attendance.sheets_made":
        return Opening.PRINTED
    return {"shown": Opening.SHOWN, "exported": Opening.EXPORTED, "printed": Opening.PRINTED}.get(
        last
    )


def openings(counted: Iterable[tuple[str, int]]) -> Mapping[Opening, int]:
    """How often each kind occurred, from counts of actions; every kind has a number."""
    totals = dict.fromkeys(Opening, 0)
    for action, count in counted:
        kind = opening_of(action)
        if kind is not None:
            totals[kind] += count
    return totals


_NEUTRAL = """
acacia baobab basket bridge canoe candle cedar clay cloud coral cotton drum feather fern garden
ginger granite harbour heron honey indigo island ivory jasmine kettle kite ladder lantern lemon
linen maize mango maple marble meadow melon mirror mosaic olive orchid papaya pebble pepper pigeon
planet pumpkin quartz rainbow river saddle sesame silver spring stone summer sunset tamarind timber
valley velvet violet walnut willow window
"""
_WORDS = tuple(_NEUTRAL.split())
_NUMBERS = 10_000


def drawn_name(draw: Callable[[int], int]) -> str:
    """A word and four digits, `heron-0482`; `draw(n)` is a random number below n."""
    return f"{_WORDS[draw(len(_WORDS))]}-{draw(_NUMBERS):04}"


def is_address(email: str) -> bool:
    """True if an account signs in with an e-mail address, so that mail can reach it."""
    return "@" in email


THROTTLE_WINDOW = timedelta(minutes=15)
TRIES_OF_ONE_CLIENT = 5
TRIES_OF_ONE_ADDRESS = 180
STRANGERS_ON_ONE_ACCOUNT = 10
# For how long an address is remembered after the account signed in from it.
ADDRESS_KNOWN_FOR = timedelta(days=30)
# For how long a browser is known after the account signed in with it, how many of one account are,
# and how many wrong passwords and codes together its mark outlives.
MARK_LASTS = timedelta(days=180)
MARKS_MOST = 20
MARK_TRIES_MOST = 10


@dataclass(frozen=True)
class RecentTries:
    """Tries without success within the `THROTTLE_WINDOW`, before this one.

    `client` are those of this browser or address on this account, `address` those of this address
    on all accounts, `strangers` the addresses that have tried this account and never used it.
    """

    client: int
    address: int = 0
    strangers: int = 0
    known: bool = False


def refused_for_a_while(tries: RecentTries) -> bool:
    """True if a try is to be refused without looking at the password."""
    if tries.client >= TRIES_OF_ONE_CLIENT:
        return True
    if tries.known:
        return False
    if tries.address >= TRIES_OF_ONE_ADDRESS:
        return True
    return tries.client == 0 and tries.strangers >= STRANGERS_ON_ONE_ACCOUNT


def mark_helps(tries: int, expires_at: datetime, now: datetime) -> bool:
    """True if a browser with so many wrong tries since its last sign-in still counts as known."""
    return tries < MARK_TRIES_MOST and now < expires_at


POWERFUL = frozenset({Role.ADMINISTRATOR, Role.DIRECTOR, Role.DOCUMENTATION, Role.CUSTODIAN})
# Roles that see records or contacts of people by themselves. One person gives them until the first
# director has been there for some days; afterwards they open once a second person agreed.
OF_RECORDS = frozenset({Role.TRAINER, Role.MONITORING})
# Invitations to these stand on Today of those who agree.
TOLD_OF = OF_RECORDS | {Role.PEER, Role.POLICE_PEER}
# How long a request waits, and how long a link may be fetched after it was agreed to.
REQUEST_WAITS = timedelta(days=7)
# How long the opening of records waits: the person who joined has nobody who would ask again for
# her.
OPENING_WAITS = timedelta(days=90)
# For how long nobody else must have touched the ways into an account whose owner agrees.
SETTLED_AFTER = timedelta(days=7)
# Wrong guesses at the code that the second person tells, for each link.
SPOKEN_CODE_TRIES = 10

Backing = Mapping[str, Collection[str]]


class RequestKind(StrEnum):
    """Kind of action that is asked for."""

    INVITATION = "invitation"
    ROLES = "roles"
    LINK = "link"
    SECOND_STEP = "second_step"
    REOPENING = "reopening"
    # Roles that see records, and the participant that an account belongs to.
    OPENING = "opening"


class RequestState(StrEnum):
    """How a request stands. Only `waiting` can be decided; `agreed` is a link not fetched yet."""

    WAITING = "waiting"
    AGREED = "agreed"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    # What it was about is not what it was when it was asked for: it went back.
    CHANGED = "changed"


OPEN_STATES = frozenset({RequestState.WAITING, RequestState.AGREED})


def gained_power(held: Collection[Role], wanted: Collection[Role]) -> frozenset[Role]:
    """The powerful roles that an account would have and has not now."""
    return (frozenset(wanted) - frozenset(held)) & POWERFUL


def gained_records(held: Collection[Role], wanted: Collection[Role]) -> frozenset[Role]:
    """The roles of records that an account would have and has not now."""
    return (frozenset(wanted) - frozenset(held)) & OF_RECORDS


def is_settled(founded_at: datetime | None, now: datetime) -> bool:
    """True once the first director has been there long enough to be the second person."""
    return founded_at is not None and now - founded_at >= SETTLED_AFTER


def takes_two(
    asked: RequestKind,
    held: Collection[Role],
    wanted: Collection[Role] = (),
    *,
    settled: bool = False,
    second_step: bool = True,
) -> bool:
    """True if something takes two people; `held` are the roles of the account, if there is one.

    Taking a second step off and opening records do for everybody. A link for a new password does
    where no `second_step` of its own stands before the account; a change of roles where it gives
    records in a programme that `is_settled`. The rest only where power is given, or where the
    account has it. An invitation to records is made by one person: what it opens waits.
    """
    if asked in (RequestKind.SECOND_STEP, RequestKind.OPENING):
        return True
    if asked is RequestKind.ROLES and settled and gained_records(held, wanted):
        return True
    if asked in (RequestKind.INVITATION, RequestKind.ROLES):
        return bool(gained_power(held, wanted))
    if asked is RequestKind.LINK and not second_step:
        return True
    return not POWERFUL.isdisjoint(held)


def is_free(gained: Collection[Role], ever_given: Collection[Role], *, founded: bool) -> bool:
    """True if these roles may be given by one person: the first of each, while the programme has
    had no director. `ever_given` are held by somebody or offered to somebody."""
    return not founded and frozenset(gained).isdisjoint(ever_given)


def behind(account: str, backing: Backing) -> frozenset[str]:
    """Everybody who stands behind an account, itself included."""
    people, ahead = {account}, [account]
    while ahead:
        for person in backing.get(ahead.pop(), ()):
            if person not in people:
                people.add(person)
                ahead.append(person)
    return frozenset(people)


def are_independent(first: str, second: str, backing: Backing) -> bool:
    """True if nobody stands behind both accounts."""
    return behind(first, backing).isdisjoint(behind(second, backing))


def are_in_line(first: str, second: str, backing: Backing) -> bool:
    """True if one of two accounts stands behind the other. A third behind both doesn't count."""
    return first in behind(second, backing) or second in behind(first, backing)


def standing(
    second: str,
    settled_at: datetime,
    *,
    asked_by: str,
    concerned: str,
    backing: Backing,
    now: datetime,
) -> Standing:
    """How somebody stands to a request of `asked_by` about the account `concerned` (empty: none).

    `settled_at` is since when nobody else touched the ways into her account.
    """
    if second == concerned != asked_by:
        return Standing.CONCERNED
    stands = standing_of(second, asked_by, independent=are_independent(second, asked_by, backing))
    new = stands is Standing.MAY and now - settled_at < SETTLED_AFTER
    return Standing.NEW if new else stands


SESSION_IDLE = timedelta(hours=4)
SESSION_LONGEST = timedelta(hours=16)
TOUCH_EVERY = timedelta(minutes=1)
INVITATION_LASTS = timedelta(days=7)
SECOND_STEP_WITHIN = timedelta(minutes=5)
RECOVERY_CODES = 10
PASSWORD_LEAST = 12
PASSWORD_MOST = 200

# A person who holds these could open much to others: a password alone is not enough.
NEED_SECOND_STEP = POWERFUL


def needs_second_step(roles: Collection[Role], more: Collection[Role] = ()) -> bool:
    """True if a password alone is not enough; `more` are roles that the programme added."""
    return not (NEED_SECOND_STEP | frozenset(more)).isdisjoint(roles)


def session_is_over(created: datetime, last_seen: datetime, now: datetime) -> bool:
    """True if a session ended by itself, idle for too long or simply old."""
    return now - last_seen > SESSION_IDLE or now - created > SESSION_LONGEST


class PasswordFault(StrEnum):
    """Fault of a new password."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    SAME_AS_NAME = "same_as_name"
    REPEATED = "repeated"


_LEET = str.maketrans("013457@$!", "oieastasi")
_TAIL = re.compile(r"[\d\W_]+$")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Passwords that attackers try first, in lower case."""
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()


def _is_common(password: str) -> bool:
    plain = _plain(password)
    spaceless = re.sub(r"[\s_.-]+", "", plain)
    forms = {plain, spaceless, _TAIL.sub("", spaceless), spaceless.translate(_LEET)}
    forms.add(_TAIL.sub("", spaceless).translate(_LEET))
    return not forms.isdisjoint(common_passwords())


def _is_repeated(password: str) -> bool:
    plain = _plain(password)
    return any(plain == (plain[:length] * len(plain))[: len(plain)] for length in range(1, 5))


def password_fault(password: str, known_words: Iterable[str] = ()) -> PasswordFault | None:
    """Fault of a new password, None if it has none.

    `known_words` are the account's own name and e-mail: a password made mainly of one is refused.
    """
    if len(password) < PASSWORD_LEAST:
        return PasswordFault.SHORT
    if len(password) > PASSWORD_MOST:
        return PasswordFault.LONG
    if _is_repeated(password):
        return PasswordFault.REPEATED
    if _is_common(password):
        return PasswordFault.COMMON
    spaceless = re.sub(r"\s+", "", _plain(password))
    for word in known_words:
        plain = re.sub(r"\s+", "", _plain(word))
        if len(plain) >= 4 and plain in spaceless and len(spaceless) - len(plain) < 6:
            return PasswordFault.SAME_AS_NAME
    return None


_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_family(user_agent: str) -> str:
    """As much of a browser as is needed to recognise one's own, and no more: "Firefox, Android"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)
