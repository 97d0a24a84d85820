"""Answers as lists write them: numbers, sexes, languages and ranks. The words by which lists head
their columns, in English and Kiswahili, with abbreviations."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kash.people.lists.rules.cells import (
    TWO,
    Cell,
    Reading,
    Remark,
    is_empty,
    is_formula,
    text_of,
)
from kash.people.rules.persons import LANGUAGES, SEXES, sort_name, ways, words

MOST_CADRE = 80


def _answers(text: str) -> dict[str, str]:
    """Answers by the ways in which lists write them, of lines such as `male: m man`."""
    lines = (line.strip().partition(": ") for line in text.strip().splitlines())
    return {way: answer for answer, _colon, ways_ in lines for way in ways_.split()}


_SEX = _answers(
    """
    male: m male man men mr me mme mwanaume mwanamume kiume boy
    female: f female woman women fem ms mrs ke mke mwanamke kike girl lady
    other: other o others nyingine nyingineyo othergender othersex
    """
)
# Answers that the programme knows as its own "other": read as that, and told.
_OTHER = words(
    """
    x intersex trans transgender transwoman transman transfemale transmale transperson tg tgw tgm tw
    tm mtf ftm nonbinary nb enby gnc gendernonconforming gendernonbinary genderqueer queer
    genderfluid thirdgender transgenderwoman transgenderman transgenderperson huntha
    jinsiamchanganyiko
    """
)
_LANGUAGE = _answers(
    """
    en: en eng english kiingereza
    sw: sw swa kis swahili kiswahili ksw
    luo: luo dholuo kijaluo jaluo
    guz: guz kisii ekegusii gusii kikisii
    luy: luy luhya luluhya kiluhya luyia
    """
)
# Ranks of the Kenya Police Service, lowest first.
_RANK_OF = _answers(
    """
    Constable: pc cons const constable policeconstable apc wpc konstebo
    Corporal: cpl corp corporal koplo
    Sergeant: sgt serg sergeant sajini sargent sargeant
    Senior Sergeant: ssgt srsgt snrsgt seniorsergeant sajinimkuu seniorsgt
    Inspector: ip insp inspector policeinspector inspekta
    Chief Inspector: ci cip cinsp chiefinspector chinsp chiefinsp
    Assistant Superintendent: asp assistantsuperintendent asstsuperintendent asstsp
    Superintendent: sp supt superintendent
    Senior Superintendent: ssp seniorsuperintendent snrsuperintendent
    Commissioner: cp commissioner
    """
)
RANKS = tuple(dict.fromkeys(_RANK_OF.values()))


def _letters(text: str) -> str:
    return "".join(letter for letter in sort_name(text) if letter.isalnum())


def read_text(cell: Cell, field: str, most: int) -> Reading[str]:
    """A short text as written; a formula or one that is too long is wrong."""
    if is_empty(cell):
        return Reading("")
    text = text_of(cell)
    if is_formula(text):
        return Reading("", (Remark("formula", field, wrong=True),))
    if len(text) > most:
        return Reading("", (Remark("too_long", field, wrong=True),))
    return Reading(text)


def read_sex(cell: Cell) -> Reading[str]:
    """`X` stands on passports for neither of the two: it is read as other, and told; so is `Trans`,
    since no list says which of the two words she would choose here."""
    if is_empty(cell):
        return Reading("")
    given = text_of(cell)
    text = _letters(given)
    if text in SEXES:
        return Reading(text)
    if text in _OTHER:
        return Reading("other", (Remark("sex_x", "sex", given[:40]),))
    if text in _SEX:
        return Reading(_SEX[text])
    if len(parts := given.split(TWO)) > 1 and all(map(is_sex, parts)):
        return Reading("", (Remark("two_answers", "sex", given[:40], wrong=True),))
    return Reading("", (Remark("sex_wrong", "sex", given[:40], wrong=True),))


def read_language(cell: Cell) -> Reading[str]:
    """The first language named that the programme speaks."""
    if is_empty(cell):
        return Reading("")
    given = text_of(cell)
    named = [_letters(part) for part in re.split(r"[/,;&+]|\band\b|\bna\b", given)]
    languages = [_LANGUAGE[word] for word in named if word in _LANGUAGE]
    if not languages:
        return Reading("", (Remark("language_unknown", "language", given[:40]),))
    several = len(set(languages)) > 1 or len(languages) < len([word for word in named if word])
    told = (Remark("language_first", "language", given[:40], languages[0]),) if several else ()
    return Reading(languages[0], told)


def read_cadre(cell: Cell) -> Reading[str]:
    """A rank in its whole word if it is a known one, else as written."""
    reading = read_text(cell, "cadre", MOST_CADRE)
    rank = _RANK_OF.get(_letters(reading.value))
    return Reading(rank) if rank else reading


def is_rank(cell: Cell) -> bool:
    """True if a cell holds a known rank."""
    return _letters(text_of(cell)) in _RANK_OF


def is_sex(cell: Cell) -> bool:
    """True if a cell holds a sex."""
    text = _letters(text_of(cell))
    return text in _SEX or text in _OTHER


def is_language(cell: Cell) -> bool:
    """True if a cell holds a language."""
    return _letters(text_of(cell)) in _LANGUAGE or text_of(cell) in LANGUAGES


# Those of facts with a column of their own stand with the facts.
WAYS: Mapping[str, tuple[str, ...]] = {
    "name": ways(
        """
        name; names; chosen name; full name; full names; name of participant; participant;
        participants name; name of officer; officer; preferred name; alias; nickname;
        preferred name may be an alias; jina; majina; jina kamili; jina la mshiriki;
        mshiriki; nying; first name; firstname; last name; lastname; surname; middle name;
        other names; given name; family name; jina la kwanza; jina la ukoo; peer educator;
        name in full; nickname alias; called; jina la utani; jina unalopendelea
        """
    ),
    "phone": ways(
        """
        phone; phone no; phone number; tel; tel no; telephone; telephone no; telephone
        number; mobile; mobile no; mobile number; cell; cell no; cellphone; contact;
        contacts; contact no; phone contact; mpesa; mpesa no; mpesa number; simu; nambari ya
        simu; namba ya simu; phone optional; no ya simu; rununu; whatsapp; whatsapp no; simu
        namba; safaricom no; airtime no; msisdn
        """
    ),
    "email": ways(
        """
        email; e mail; mail; email address; barua pepe; e mail address
        """
    ),
    "birth": ways(
        """
        dob; d o b; date of birth; birth date; birthdate; birth year; year of birth; yob;
        born; age; age bracket; age group; age band; age range; age years; age in years; d o
        b age; dob age; umri; miaka; tarehe ya kuzaliwa; mwaka wa kuzaliwa; kuzaliwa;
        birthday; rika; umri miaka; age yrs
        """
    ),
    "organisation": ways(
        """
        organisation; organization; station; police station; duty station; work station;
        stn; post; police post; station post; kituo; kituo post; kituo cha polisi; kituo cha
        kazi; workstation; place of work; unit; collective; group name; station or
        collective; cbo; shirika; division station; posting; base; office
        """
    ),
    "since": ways(
        """
        since; there since; posted since; date posted; posting date; tangu; date of posting
        """
    ),
    "group": ways(
        """
        group; kundi; participant group; category; kikundi
        """
    ),
}
# Known to hold nothing that is kept.
NOTHING = ways(
    """
    no; s no; sno; sn; serial; serial no; nambari; namba; nam; remarks; remark; comments;
    comment; maoni; signature; sign; sahihi; saini; sig; date; tarehe; time in; time out; id
    no; national id; id number; idno; kitambulisho; amount; kiasi; notes; day; row; row no;
    attendance; mahudhurio; county; kaunti; venue; s n; nr; number; day 1; day 2; day 3; sub
    county; next of kin; marital status; emergency contact; today; start; end; deviceid; device
    id; subscriberid; simserial; simid; username; index; parent index; id; uuid; submission time;
    validation status; status; submitted by; version; tags; instanceid; instance id; instancename;
    formhub uuid; geopoint; gps; latitude; longitude; altitude; precision; timestamp; submission
    id; start time; end time; audit; consent; total; muhuri; stamp
    """
)
