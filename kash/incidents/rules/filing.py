"""The acts that are documented, each with its code in the HURIDOCS micro-thesaurus 4 (types of
acts) where that has one. The codes are stored; what they are called is said in `names`. Filing on
a phone: six screens, each sealed by itself, put together when a member opens the case. Every
question may be skipped, and there are at most thirteen answers. A screen is kept as JSON of what
was answered, padded so that its size does not tell how much that was. Her first account: what came
in, exactly as it did, kept beside the record and never changed. It is a sealed document of its
own, made once, when a member first saves what a phone sent, or when an officer hands in what she
wrote. The record goes on; this does not. Receipts: a code and a second word, which open nothing
without each other. Both first follow from the draft's code and from a token of the page that sends
it, so that a page whose answer was lost is answered once more with the same. The token lives in
that page only and is worth nothing after an hour: from then on, and without the page at once, the
draft's code is one that never was."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kash.incidents.rules.consents import ORIGINS, PROGRAMME, PURPOSES, WHO, WHOM, CaseConsent
from kash.incidents.rules.money import TAKING
from kash.incidents.rules.older_records import may_be_minor, origin_of
from kash.incidents.rules.parts import (
    AGE_BANDS,
    PARTY_KINDS,
    SOURCES,
    WHOSE,
    WISHES,
    Act,
    Filing,
    Information,
    Party,
    Person,
    RecordPart,
    TakenOut,
    Whereabouts,
    next_id,
)
from kash.incidents.rules.record import Record, Taking
from kash.incidents.rules.record import from_bytes as record_from_bytes


class ActKind(NamedTuple):
    """Kind of act: its code in the micro-thesaurus (empty: nobody has looked it up), the right that
    it violated (`GROUPS`), and its family, by which the gate of mediation decides."""

    huridocs: str
    group: str
    family: str


KINDS: dict[str, ActKind] = {
    "L1": ActKind("030101", "liberty", "liberty"),
    "L2": ActKind("03010201", "liberty", "liberty"),
    "L3": ActKind("030107", "liberty", "liberty"),
    "L4": ActKind("350107", "liberty", "liberty"),
    "L5": ActKind("", "liberty", "liberty"),
    "L6": ActKind("", "liberty", "liberty"),
    "L7": ActKind("", "liberty", "liberty"),
    "P6": ActKind("", "liberty", "death"),
    "F1": ActKind("", "liberty", "captivity"),
    "P1": ActKind("020101", "body", "assault"),
    "P2": ActKind("", "body", "torture"),
    "P4": ActKind("", "body", "torture"),
    "P5": ActKind("", "body", "death"),
    "S1": ActKind("02011101", "body", "sexual"),
    "S2": ActKind("02011103", "body", "sexual"),
    "S3": ActKind("02010305", "body", "sexual"),
    "S4": ActKind("", "body", "sexual"),
    "S5": ActKind("", "body", "sexual"),
    "S6": ActKind("", "body", "examination"),
    "S7": ActKind("", "body", "sexual"),
    "T1": ActKind("0201030101", "body", "threats"),
    "H1": ActKind("", "health", "examination"),
    "H2": ActKind("", "health", "health"),
    "H3": ActKind("530107", "health", "health"),
    "H4": ActKind("", "health", "health"),
    "M4": ActKind("", "health", "health"),
    "D1": ActKind("", "dignity", "dignity"),
    "D2": ActKind("", "dignity", "dignity"),
    "D3": ActKind("", "dignity", "dignity"),
    "D4": ActKind("", "dignity", "dignity"),
    "M1": ActKind("130104", "property", "property"),
    "M2": ActKind("130107", "property", "property"),
    "M3": ActKind("130101", "property", "property"),
    "M5": ActKind("", "property", "property"),
    "W1": ActKind("30010202", "property", "payment"),
    "E1": ActKind("", "property", "property"),
    "Q1": ActKind("040101", "justice", "justice"),
    "C1": ActKind("", "justice", "justice"),
    "R1": ActKind("36010206", "justice", "justice"),
    "R2": ActKind("", "justice", "justice"),
    "R3": ActKind("", "justice", "justice"),
    "R4": ActKind("", "justice", "justice"),
}
ACTS: dict[str, str] = {code: kind.huridocs for code, kind in KINDS.items()}
# What starts a clock: arrests, and what may have exposed somebody to HIV or a pregnancy.
ARRESTS = frozenset({"L1", "L2", "L3", "L4", "L5", "L6", "L7", "P6"})
# No matter who did it: no court is waited for where no officer holds her.
HOLDS = ARRESTS | {"F1"}
EXPOSURES = frozenset({"S1", "S2", "S5"})
# So long medicine against a pregnancy helps, longer than that against HIV.
MEDICINE_HELPS = timedelta(hours=120)
# What was taken or asked for, and may be given back.
MONEY = frozenset({"M1", "M2", "M3", "M5", "W1"})

# By whose right it was that was violated, in the order in which lists show them.
GROUPS: dict[str, tuple[str, ...]] = {
    group: tuple(code for code, kind in KINDS.items() if kind.group == group)
    for group in ("liberty", "body", "health", "dignity", "property", "justice")
}

# Families of what two sides may settle. Any other, and an act of none, shuts the gate: sexual
# violence, torture, examinations by force, deaths, and who is held by somebody.
SETTLED_FAMILIES = frozenset(
    {"liberty", "threats", "health", "dignity", "property", "payment", "justice"}
)
ASSAULT = "assault"


def family_of(code: str) -> str:
    """The family of an act; empty if it has none."""
    return KINDS[code].family if code in KINDS else ""


def acts_meant(typed: str, names: Mapping[str, str]) -> list[str]:
    """The codes that somebody may have meant: one if it is clear, none if nothing is like it.

    Taken are a code, a code with words after it as lists offer it, a whole name, or words of a
    name. `names` are the names of the codes in the reader's language.
    """
    wanted = " ".join(typed.split()).casefold()
    if not wanted:
        return []
    first = wanted.split()[0].strip(".:,-–·").upper()
    if first in ACTS:
        return [first]
    called = {code: names[code].casefold() for code in ACTS}
    exact = [code for code, name in called.items() if name == wanted]
    if exact:
        return exact
    words = wanted.split()
    return [
        code
        for code, name in called.items()
        if all(any(part.startswith(word) for part in _parts(name)) for word in words)
    ]


def _parts(name: str) -> list[str]:
    return ["".join(letter for letter in part if letter.isalnum()) for part in name.split()]


# What names of stations have in common, and what is left out of them where they are typed.
_OF_A_STATION = frozenset(["police", "polisi", "station", "post", "kituo", "cha"])


def _words_of(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = (sign for sign in plain if not unicodedata.combining(sign))
    return "".join(sign if sign.isalnum() else " " for sign in letters).split()


def named_in(text: str, names: Mapping[str, str]) -> str:
    """The key of the name of which all words stand in a text, one after the other: of several the
    longest; empty if there is none."""
    typed = f" {' '.join(_words_of(text))} "
    fits = {key: called for key, name in names.items() if (called := " ".join(_words_of(name)))}
    fits = {key: called for key, called in fits.items() if f" {called} " in typed}
    return max(fits, key=lambda key: (len(fits[key]), key), default="")


def station_in(text: str, stations: Mapping[str, str]) -> str:
    """The key of the station that a text names, empty if it names none. Beside "station" or the
    like, what sets its name apart from all others is enough."""
    whole = named_in(text, stations)
    if whole or _OF_A_STATION.isdisjoint(_words_of(text)):
        return whole
    short = {
        key: " ".join(word for word in _words_of(name) if word not in _OF_A_STATION)
        for key, name in stations.items()
    }
    fits = [key for key, name in short.items() if named_in(text, {key: name})]
    return fits[0] if len(fits) == 1 else ""


def place_typed(place: str, wards: Sequence[str]) -> tuple[str, str]:
    """Place and ward of what was typed; a place that is the name of a ward is that ward."""
    ward = named_in(place, {name: name for name in wards})
    return ("" if ward and ward.casefold() == place.casefold() else place), ward


# The screens in their order, each with the names of its questions.
SCREENS: dict[str, tuple[str, ...]] = {
    "what": ("acts",),
    "when": ("day", "clock", "place"),
    WHOM: ("count", "ages"),
    WHO: ("who", "description"),
    "next": ("wanted", "consents", "origin"),
    "words": ("narrative", "teller"),
}
# The screen before these, for somebody who is held or in danger now.
URGENT = "now"
ALL_SCREENS = (*SCREENS, URGENT)
# The screen on which she says what is allowed.
CONSENTS = "next"
MOST_ANSWERS = 13
MOST_PERSONS = 200
# Of these each is written down by itself; of a larger crowd, the number.
MOST_WRITTEN_PERSONS = 20
TELLERS = ("herself", "witness", "peer")
_PADDED_TO = 1000

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
CODE_LENGTH = 12

# Acts that keep a report until it is read.
_READ_FIRST = ARRESTS | TAKING


class Screen(BaseModel):
    """Screen as it was answered. What is empty was skipped. `account` is that of somebody of the
    programme who did it and would read it otherwise."""

    model_config = ConfigDict(extra="ignore")

    acts: list[str] = Field(default_factory=list)
    day: date | None = None
    clock: time | None = None
    place: str = ""
    ward: str = ""
    # Where somebody is who is held or in danger, and how to reach her (`parts.Whereabouts`).
    at_place: str = ""
    at_ward: str = ""
    at_station: str = ""
    at_station_name: str = ""
    number: str = ""
    whose: str = ""
    hours: str = ""
    count: int | None = None
    ages: list[str] = Field(default_factory=list)
    party: str = ""
    station: str = ""
    station_name: str = ""
    description: str = ""
    account: str = ""
    wanted: list[str] = Field(default_factory=list)
    consents: list[str] = Field(default_factory=list)
    # What was asked beside what was ticked, and in which version of the words.
    unticked: list[str] = Field(default_factory=list)
    wording: str = ""
    origin: str = ""
    narrative: str = ""
    teller: str = ""


# --- Codes ----------------------------------------------------------------------------------


def new_code() -> str:
    """A code by which a draft is found again: 12 characters, 60 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def code_as_read(typed: str) -> str:
    """A code in its one form, however it was typed; empty if it is none."""
    plain = "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())
    plain = plain.translate(_READ_AS)
    fits = len(plain) == CODE_LENGTH and all(letter in _ALPHABET for letter in plain)
    return plain if fits else ""


def code_as_shown(code: str) -> str:
    """A code in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def kept_until(today: date) -> date:
    """The Sunday after the next: until then a draft that is worked on today is kept."""
    return today + timedelta(days=6 - today.weekday() + 7)


# --- Screens --------------------------------------------------------------------------------


def as_bytes(screen: Screen) -> bytes:
    """A screen as it is sealed."""
    return screen.model_dump_json(exclude_defaults=True).encode().ljust(_PADDED_TO)


def from_bytes(plaintext: bytes) -> Screen:
    """A screen as it was sealed. Raises pydantic's ValidationError if it is none."""
    return Screen.model_validate_json(plaintext)


def is_for_custodian(said: Screen) -> bool:
    """True if what one screen says makes a report one for a custodian alone."""
    return said.party == PROGRAMME or any(may_be_minor(band) for band in said.ages)


def is_kept_unread(said: Screen) -> bool:
    """True if what one screen says keeps a report until somebody has read it, however long that
    takes: it is for a custodian alone, somebody may still be held, or money or things that were
    demanded or taken ask for a decision."""
    return is_for_custodian(said) or not _READ_FIRST.isdisjoint(said.acts)


def compose(record: Record, screens: Mapping[str, bytes], zone: tzinfo) -> Record:
    """The record with what its screens say, each by its name.

    A screen that is damaged, or was not given because it does not open, stays among
    `filing.screens`: the rest is put together without it.
    """
    whole = record.model_copy(deep=True)
    read: dict[str, Screen] = {}
    for name in ALL_SCREENS:
        if name not in screens or name not in whole.filing.screens:
            continue
        try:
            read[name] = from_bytes(screens[name])
        except ValidationError:
            continue
        del whole.filing.screens[name]
    if read:
        answered: dict[str, Any] = {}
        for screen in read.values():
            answered |= {field: getattr(screen, field) for field in screen.model_fields_set}
        _put_together(whole, Screen(**answered), zone)
    return whole


def _put_together(record: Record, said: Screen, zone: tzinfo) -> None:
    for code in dict.fromkeys(said.acts):
        if code in ACTS:
            record.acts.append(Act(id=next_id(record.acts, "a"), code=code))
    _when_and_where(record, said)
    arrested_at, exposed_at = _moments(said, zone)
    for band in _bands(said) or ["unknown"] * bool(arrested_at or exposed_at):
        number = len(record.persons) + 1
        record.persons.append(
            Person(
                id=next_id(record.persons, "p"),
                code=f"P{number}",
                age_band=band,
                arrested_at=arrested_at,
                exposed_at=exposed_at,
                hours_unknown=[
                    name
                    for name, moment in (("arrested_at", arrested_at), ("exposed_at", exposed_at))
                    if moment is not None and said.clock is None
                ],
            )
        )
    if said.count and said.count > MOST_WRITTEN_PERSONS:
        record.persons[-1].note = f"+{said.count - MOST_WRITTEN_PERSONS}"
    _parties(record, said)
    record.wanted = [wish for wish in dict.fromkeys(said.wanted) if wish in WISHES]
    _consents(record, said)
    record.narrative = record.narrative or said.narrative
    if said.teller in SOURCES:
        record.information.append(
            Information(
                id=next_id(record.information, "i"),
                source=said.teller,
                account=record.filing.author,
            )
        )


def phoned_in(said: Screen, since: datetime | None, zone: tzinfo) -> Record:
    """The record of what somebody told by telephone, who is held `since` then: of one person if
    nobody said how many they are."""
    record = Record(filing=Filing(how="form", held=True), urgent=True)
    _put_together(record, said.model_copy(update={"count": said.count or 1}), zone)
    for person in record.persons:
        person.arrested_at = since
    return record


def _parties(record: Record, said: Screen) -> None:
    """Write down who did it, and the station at which somebody is held: nobody who serves there
    may read it."""
    somebody_held = record.filing.held or not HOLDS.isdisjoint(said.acts)
    at = (said.at_station, said.at_station_name) if somebody_held else ("", "")
    station, name = (
        at if said.party == "police" and not said.station else (said.station, said.station_name)
    )
    if said.party in PARTY_KINDS or station or said.description:
        kind = said.party if said.party in PARTY_KINDS else "other"
        record.parties.append(
            Party(
                id=next_id(record.parties, "q"),
                kind="police" if station else kind,
                station=station,
                station_name=name,
                service_number=service_number_in(said.description),
                description=said.description,
                account=said.account if kind == PROGRAMME and not station else "",
            )
        )
    if at[0] and at[0] != station:
        record.parties.append(
            Party(
                id=next_id(record.parties, "q"),
                involvement="unclear",
                station=at[0],
                station_name=at[1],
            )
        )


def _consents(record: Record, said: Screen) -> None:
    """Write all that was ticked, and all that was left, as wishes of each person, each with how it
    is known of her. What was left unticked is a wish that it is not done."""
    at = record.filing.filed_at
    if at is None:
        return
    everyone = list(record.codes) or [""]
    origin = said.origin if said.origin in ORIGINS else ""
    record.consents += [
        CaseConsent(
            purpose=purpose,
            given=purpose in said.consents,
            at=at,
            by=record.filing.author,
            person=person,
            wording=said.wording,
            language=record.filing.language if said.wording else "",
            origin=origin_of(
                origin,
                said.teller,
                number,
                len(everyone),
                keep=purpose == "record" and purpose in said.consents,
            ),
            wish=True,
        )
        for purpose in dict.fromkeys([*said.consents, *said.unticked])
        if purpose in PURPOSES
        for number, person in enumerate(everyone)
    ]


def _when_and_where(record: Record, said: Screen) -> None:
    if said.day is not None:
        record.happening.begun_on = said.day
    if said.clock is not None:
        record.happening.about_when = f"{said.clock:%H:%M}"
    is_placed = said.ward or said.place
    record.place.ward = record.place.ward or (said.ward if is_placed else said.at_ward)
    record.place.place = record.place.place or (said.place if is_placed else said.at_place)
    if said.at_place or said.at_ward or said.number or said.whose or record.filing.held:
        record.reach = Whereabouts(
            where=said.at_place or said.at_ward,
            station=said.at_station,
            station_name=said.at_station_name,
            number=said.number,
            whose=said.whose if said.whose in WHOSE else "",
            hours=said.hours,
        )


def _moments(said: Screen, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """When everybody of a report was arrested, and exposed, as far as its acts say so."""
    if said.day is None:
        return None, None
    # Of a day without an hour it counts from its beginning.
    moment = datetime.combine(said.day, said.clock or time(), tzinfo=zone)
    return (
        moment if ARRESTS.intersection(said.acts) else None,
        moment if EXPOSURES.intersection(said.acts) else None,
    )


def _bands(said: Screen) -> list[str]:
    """An age band for each person: those that were said first, then not known.

    If one band was said, all are of it; and there is at least one person for each band.
    """
    bands = [band for band in AGE_BANDS if band in said.ages and band != "unknown"]
    count = min(max(said.count or 0, len(bands)), MOST_WRITTEN_PERSONS)
    rest = bands[0] if len(bands) == 1 else "unknown"
    return [*bands, *([rest] * (count - len(bands)))]


def service_number_in(description: str) -> str:
    """A service number that stands by itself in a description: six digits or so, or none."""
    words = "".join(letter if letter.isalnum() else " " for letter in description).split()
    numbers = [word for word in words if word.isascii() and word.isdigit() and 5 <= len(word) <= 7]
    return numbers[0] if len(numbers) == 1 else ""


KIND = "incident.first_account"


class FirstAccount(RecordPart):
    """First account as it came in. `screens` are a phone's answers by the names of the screens, as
    JSON that is letter for letter what was sent; `written` is the record as an officer wrote it, as
    JSON.

    `author` wrote or filed it and `kept_by` saved it first, both accounts' public ids. `taken_out`:
    what two members took out since, each with the SHA-256 of what stood here before.
    """

    how: str = "form"
    author: str = ""
    language: str = ""
    filed_at: datetime | None = None
    kept_at: datetime
    kept_by: str = ""
    taking: Taking = Field(default_factory=Taking)
    screens: dict[str, str] = Field(default_factory=dict)
    written: str = ""
    taken_out: list[TakenOut] = Field(default_factory=list)

    def as_record(self, zone: tzinfo) -> Record:
        """Record of today with all that came in. Raises pydantic's ValidationError if it is
        none."""
        if not self.screens:
            return record_from_bytes(self.written.encode())
        filing = Filing(
            how="phone",
            author=self.author,
            language=self.language,
            filed_at=self.filed_at,
            screens={name: name for name in self.screens},
        )
        answered = {name: text.encode() for name, text in self.screens.items()}
        return compose(Record(filing=filing), answered, zone)


class Source(StrEnum):
    """From what a first account is made when a record is saved."""

    SCREENS = "screens"
    OPENED = "opened"
    WRITTEN = "written"


def source_of(
    record: Record, *, before: str, state: str, version: int, screens: bool
) -> Source | None:
    """From what a first account is made now, if one is: of `record` as it is about to be saved.

    `before` and `state` are what state the case was in and is in, `version` which the record had,
    `screens` whether it was put together from a phone's just now. A draft is still being written,
    and what was saved before first accounts were kept has none.
    """
    if screens:
        return Source.SCREENS
    if record.first_accounts or record.filing.screens or state == "draft":
        return None
    if before == "draft":
        return Source.WRITTEN
    return Source.OPENED if version == 1 else None


def first_account(record: Record, at: datetime, by: str) -> FirstAccount:
    """A first account that holds nothing yet, with how this record came in."""
    return FirstAccount(
        how=record.filing.how,
        author=record.filing.author,
        language=record.filing.language,
        filed_at=record.filing.filed_at,
        kept_at=at,
        kept_by=by,
        taking=record.taking.model_copy(deep=True),
    )


def first_account_as_bytes(account: FirstAccount) -> bytes:
    """A first account as it is sealed."""
    return account.model_dump_json(exclude_defaults=True).encode()


def account_from(plaintext: bytes) -> FirstAccount:
    """A first account as it was sealed. Raises pydantic's ValidationError if it is none."""
    return FirstAccount.model_validate_json(plaintext)


def fingerprint(plaintext: bytes) -> str:
    """SHA-256 of a first account, 64 letters and digits: who was told it can check the account."""
    return hashlib.sha256(plaintext).hexdigest()


# How long a page that sends is answered with what was sent by it.
TOKEN_HELPS = timedelta(hours=1)
_TOKEN_LENGTH = 28
_MINUTE_DIGITS = 8

SHORTEST_WORD, LONGEST_WORD = 4, 40
_FEWEST_DIFFERENT = 3
# What somebody tries who found a code. Whole words, in their one form.
_TRIED_FIRST = (
    "abcd abcde abcdef asdf asdfgh code codes hapana habari hello iloveyou jambo kash kenya kisumu"
    " letmein mambo message msimbo mysecret myword neno nenola nenosiri nywila openvault passcode"
    " password police polisi qwerty qwertyuiop receipt report ripoti risiti sasa secondword secret"
    " siri siriyangu swali test vault wach welcome word words yangu"
)
_OBVIOUS = frozenset(_TRIED_FIRST.split())


class WordProblem(StrEnum):
    """Why a word cannot be a second word."""

    SHORT = "short"
    LONG = "long"
    DIGITS = "digits"
    CODE = "code"
    OBVIOUS = "obvious"


# --- The token of a page ----------------------------------------------------------------------


def new_token(now: datetime) -> str:
    """A token for a page that is made now: its minute, and 100 random bits."""
    minute = int(now.timestamp()) // 60
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_TOKEN_LENGTH - _MINUTE_DIGITS))
    return f"{minute:0{_MINUTE_DIGITS}x}{random}".upper()


def token_helps(token: str, now: datetime) -> bool:
    """True if what was sent by the page of this token is still shown to the person who holds the
    page.

    Its minute can be altered, but then another code and another word follow from it."""
    if len(token) != _TOKEN_LENGTH or not token.isascii() or not token.isalnum():
        return False
    try:
        minute = int(token[:_MINUTE_DIGITS], 16)
    except ValueError:
        return False
    age = now.timestamp() - minute * 60
    return -60 <= age <= TOKEN_HELPS.total_seconds()


def answered_until(now: datetime) -> datetime:
    """Until when at most a page helps by which something is sent now."""
    return now + TOKEN_HELPS + timedelta(minutes=2)


# --- Code and word ----------------------------------------------------------------------------


def code_from(seed: bytes) -> str:
    """The receipt code that a secret seed of 16 bytes or more makes: 12 characters, 60 bits."""
    number = int.from_bytes(seed[:8], "big")
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in range(CODE_LENGTH))


def word_from(seed: bytes, words: Sequence[str]) -> str:
    """Two different words of a list, as they are drawn by the rest of the seed."""
    first = int.from_bytes(seed[8:12], "big") % len(words)
    second = (first + 1 + int.from_bytes(seed[12:16], "big") % (len(words) - 1)) % len(words)
    return f"{words[first]} {words[second]}"


def word_as_read(typed: str) -> str:
    """A word in its one form: capitals, spaces, accents and signs make no difference."""
    apart = unicodedata.normalize("NFKD", typed)
    # Some letters are capitals only once they are taken apart, and some come apart only as small.
    while (small := unicodedata.normalize("NFKD", apart.casefold())) != apart:
        apart = small
    return "".join(letter for letter in apart if letter.isalnum())


def problem_with(
    typed: str, *, codes: Collection[str] = (), names: Collection[str] = ()
) -> WordProblem | None:
    """Why what was typed cannot be a second word, None if it can.

    `codes` are her own, and `names` what she is called: the person who finds her code may know
    them."""
    word = word_as_read(typed)
    if len(word) < SHORTEST_WORD:
        return WordProblem.SHORT
    if len(word) > LONGEST_WORD:
        return WordProblem.LONG
    if word.isdigit():
        return WordProblem.DIGITS
    if code_as_read(typed) in {*codes} - {""}:
        return WordProblem.CODE
    hers = {
        part for name in names for part in (word_as_read(name), *map(word_as_read, name.split()))
    }
    if word in _OBVIOUS or word in hers or len(set(word)) < _FEWEST_DIFFERENT:
        return WordProblem.OBVIOUS
    return None
