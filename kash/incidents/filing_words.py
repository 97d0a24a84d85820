"""The words of filing on a phone: short, plain, and free of the law's own terms."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents.consent_texts import TEXTS, VERSION, VERSIONS

# What is asked before anything else: the person who says yes may send at once.
HELD: tuple[Any, Any] = (
    _l("Is somebody held or in danger now?"),
    _l("Say yes too if somebody needs a doctor now."),
)
# Each screen's question and what is said below it.
QUESTIONS: dict[str, tuple[Any, Any]] = {
    "now": (_l("Where, and how to reach somebody?"), _l("Press Send now when you are ready.")),
    "what": (_l("What happened?"), _l("Tick everything that fits.")),
    "when": (_l("When and where?"), _l("About is enough.")),
    "whom": (_l("Who was it done to?"), _l("Write no names.")),
    "who": (_l("Who did it?"), _l("As far as you know.")),
    "next": (_l("What would help?"), _l("Tick what was asked for, or what you want now.")),
    "words": (
        _l("In your own words"),
        _l("Short is fine. Write no names of those it was done to."),
    ),
}
# Acts in plain words, in groups; each group with its icon.
ACT_GROUPS: tuple[tuple[Any, str, tuple[tuple[str, Any], ...]], ...] = (
    (
        _l("Arrest"),
        "lock",
        (
            ("L1", _l("Arrested without a charge")),
            ("L4", _l("Arrested, not told why")),
            ("L3", _l("Many arrested together")),
            ("L2", _l("Kept too long, or bail refused")),
            ("Q1", _l("House or room searched or raided")),
            ("L5", _l("Not allowed to call, or to see family or a lawyer")),
            ("L6", _l("Something was planted, or the charge is untrue")),
            ("L7", _l("Charged under a by-law, as for loitering")),
            ("P6", _l("Taken, and nobody knows where")),
        ),
    ),
    (
        _l("Violence"),
        "alert",
        (
            ("P1", _l("Beaten or hurt")),
            ("T1", _l("Threatened")),
            ("P2", _l("Hurt badly to make somebody talk, or as a punishment")),
            ("P4", _l("Stripped, shaved or shamed")),
            ("F1", _l("Kept somewhere by force, or made to work")),
            ("P5", _l("Killed, or died while held")),
        ),
    ),
    (
        _l("Sex by force"),
        "alert",
        (
            ("S1", _l("Forced to have sex")),
            ("S2", _l("Touched by force")),
            ("S3", _l("Asked for sex, or insulted in a sexual way")),
            ("S4", _l("Sex demanded to be let go")),
            ("S5", _l("Condom refused or taken off")),
            ("S7", _l("Somebody tried to force sex")),
            ("S6", _l("Body examined by force")),
        ),
    ),
    (
        _l("Shame and privacy"),
        "people",
        (
            ("D4", _l("Insulted or sent away for who one is")),
            ("D1", _l("Filmed, or shown to others")),
            ("D2", _l("Phone searched or opened by force")),
            ("D3", _l("Private pictures shared, or threats online")),
        ),
    ),
    (
        _l("Money and things"),
        "payout",
        (
            ("M1", _l("Money demanded or taken")),
            ("M2", _l("Things taken by police")),
            ("M3", _l("Robbed")),
            ("W1", _l("Client did not pay")),
            ("M4", _l("Condoms taken")),
            ("M5", _l("Bail paid in cash, no receipt")),
            ("E1", _l("Put out of a home or room, or locked out")),
        ),
    ),
    (
        _l("Health"),
        "plus",
        (
            ("H1", _l("Tested by force")),
            ("H2", _l("Health status told to others")),
            ("H3", _l("Refused at a clinic or hospital")),
            ("H4", _l("Medicine kept away while held")),
        ),
    ),
    (
        _l("Police help and papers"),
        "document",
        (
            ("C1", _l("Made to sign something")),
            ("R1", _l("Police refused to write it down")),
            ("R4", _l("OB number or P3 form refused, or money asked for it")),
            ("R2", _l("Police did not come or help")),
            ("R3", _l("Punished for having reported")),
        ),
    ),
)
# What many tell of; the rest of each group is opened by a tap, so that the page stays short.
SHOWN_FIRST = frozenset(
    {
        *("L1", "L4", "L3", "L2", "Q1", "P1", "T1", "S1", "S2", "S3", "S4", "D4", "D1"),
        *("M1", "M2", "M3", "W1", "M4", "H1", "H2", "H3", "C1", "R1"),
    }
)
# Paper is found by others: on it some things are called so that they tell nobody's work.
PAPER_WORDS: dict[str, Any] = {
    "W1": _l("Work was not paid"),
    "M4": _l("Health supplies taken"),
    "S5": _l("Protection refused or taken off"),
    "L7": _l("Charged under a by-law"),
    "client": _l("Somebody who was to pay"),
}
# Who did it, besides police, whose stations are told apart.
PARTIES: dict[str, Any] = {
    "county_officer": _l("A county officer"),
    "prison": _l("Somebody who works at a prison"),
    "client": _l("A client"),
    "partner": _l("A partner, or a former one"),
    "landlord_venue": _l("A landlord, or somebody of a bar or lodging"),
    "health_worker": _l("A health worker"),
    "public_mob": _l("A crowd"),
    "programme": _l("Somebody of this programme"),
    "other": _l("Somebody else"),
}
AGES: dict[str, Any] = {
    "under_18": _l("Under 18"),
    "unsure": _l("Not sure, may be under 18"),
    "18_24": _l("18 to 24"),
    "25_34": _l("25 to 34"),
    "35_44": _l("35 to 44"),
    "45_up": _l("45 and over"),
}
WANTED: dict[str, Any] = {
    "release": _l("Let her go"),
    "return": _l("Give things back"),
    "pay": _l("Pay what is owed"),
    "apologise": _l("Say sorry"),
    "medical": _l("See a doctor"),
    "legal": _l("An advocate"),
    "complaint": _l("Make a complaint"),
    "court": _l("Go to court"),
    "counted": _l("Only that it is counted"),
}
# Whose number it is by which somebody is reached.
WHOSE: dict[str, Any] = {
    "herself": _l("Hers"),
    "reporter": _l("It is mine"),
    "other": _l("Somebody else’s"),
    "nobody": _l("Nobody: I will come"),
}
# What cannot be done as long as nobody says where, and how to reach somebody.
WITHOUT: tuple[Any, Any] = (
    _l("Without a place nobody can go there or call the station."),
    _l("Without a number nobody can ask you more, or tell you what came of it."),
)
# In the order in which they are asked; all are off at first. The very words that are read out
# later, under the same version. What concerns health is asked only when they are.
ALLOWED: dict[str, tuple[Any, Any]] = {
    purpose: (text.title, text.words) for purpose, text in TEXTS.items() if purpose != "health"
}
# Figures that stand below the words, as small print.
SMALL_PRINT: tuple[tuple[Any, Any], ...] = tuple(
    (text.title, text.small_print)
    for purpose, text in TEXTS.items()
    if purpose in ALLOWED and VERSIONS[VERSION]["en"][purpose]["small_print"]
)
NOT_READ = _l(
    "No speaker has read these words in this language yet. Where they are unclear, the English"
    " words count."
)
# What a tick is, and what it is not.
WISH = _l(
    "A tick is a wish. It is enough to keep the report and to ask a mediator. Before anything is"
    " told, counted or printed, somebody reads these words out to her and asks again."
)
# How the reporter knows that it is allowed.
ORIGINS: dict[str, tuple[Any, Any]] = {
    "herself": (
        _l("I am the one, or she says so herself"),
        _l("If there are several, it counts for one of them."),
    ),
    "told_reporter": (_l("She told me"), _l("If there are several: each of them.")),
    "not_asked": (
        _l("She could not be asked"),
        _l(
            "A mediator can be asked to help all the same. For the rest we ask her first: without"
            " her yes it is deleted seven days after it was read."
        ),
    ),
}
TELLERS: dict[str, Any] = {
    "herself": _l("It happened to me"),
    "witness": _l("I saw it"),
    "peer": _l("Somebody told me"),
}
# What a state is called to the person who holds the receipt, with what comes next.
RECEIPT_STATES: dict[str, tuple[Any, Any]] = {
    "submitted": (_l("It has arrived"), _l("It lies locked with the programme.")),
    "triaged": (_l("It is being read"), _l("Somebody at the programme works on it.")),
    "verified": (_l("It is written down"), _l("It was checked. The next step is being prepared.")),
    "insufficient": (
        _l("More must be known"),
        _l("If you can, tell a documentation officer more, or file again."),
    ),
    "no_violation": (
        _l("Outside what we document"),
        _l(
            "This programme does not write down such things. That does not say that it was right,"
            " or that nobody believes you. Others may help."
        ),
    ),
    "mediation": (
        _l("It goes to a mediator"),
        _l("A mediator talks with the other side, as soon as one can."),
    ),
    "referred": (_l("A service is working on it"), _l("Legal, medical or other help was asked.")),
    # Nothing is settled after rape or torture, and a receipt does not know what happened.
    "resolved": (
        _l("What was asked for was reached"),
        _l("You may ask the programme what else there is."),
    ),
    "unresolved": (
        _l("What was asked for was not reached"),
        _l("You may ask the programme what else there is."),
    ),
    "closed": (_l("It is closed"), _l("The programme does nothing more by itself.")),
    "shredded": (
        _l("It was deleted"),
        _l("Locked backups may hold it until they are thrown away."),
    ),
}
# What the owner of a case lets the holder of the receipt read, by the step of `line_of_time`.
_TOLD: dict[str, Any] = {
    "heard": _l("Somebody looked."),
    "called": _l("Somebody called."),
    "asked": _l("Somebody was asked to help."),
    "going": _l("Somebody is going."),
    "came": _l("Somebody went."),
    "refused": _l("The answer is no so far."),
    "returned": _l("Something was given back."),
    "paid": _l("Something was paid."),
    "referred": _l("A service was asked."),
    "accepted": _l("A service said yes."),
    "declined": _l("A service said no."),
    "seen": _l("A service helped."),
}
_NUMBERS = (
    _l("two"), _l("three"), _l("four"), _l("five"), _l("six"), _l("seven"),
    _l("eight"), _l("nine"), _l("ten"),
)  # fmt: skip


def sentence_text(code: str) -> str:
    """The sentence of a code (`TimeStep.sentence`); empty of one that another version knows."""
    what, *numbers = code.split()
    if what != "released" or len(numbers) != 2:
        return str(_TOLD.get(what, ""))
    free, people = map(int, numbers)
    if free >= people > 1:
        return _("All who were held are free.")
    if free >= people:
        return _("The one who was held is free.")
    if free == 1:
        return _("One of %(people)s is free.", people=_number(people))
    text = _("%(free)s of %(people)s are free.", free=_number(free), people=_number(people))
    return text[:1].upper() + text[1:]


def _number(number: int) -> str:
    return str(_NUMBERS[number - 2]) if 2 <= number < len(_NUMBERS) + 2 else str(number)


# The states after which somebody may want to go on elsewhere, and where she can.
ENDS_HERE = frozenset({"insufficient", "no_violation", "unresolved", "closed"})
WAYS_ON: tuple[tuple[Any, Any, str], ...] = (
    (_l("Services that can help"), _l("Clinics, lawyers, shelters and somebody to talk to."), ""),
    (
        _l("Bodies that take complaints"),
        _l("They decide for themselves what they look into."),
        "oversight",
    ),
)
LOOK_AGAIN: tuple[Any, Any] = (
    _l("Ask that it is looked at again"),
    _l("Tell a documentation officer, or file another report that says more."),
)
# What anybody in trouble must know first.
CLOCKS: tuple[tuple[Any, Any, Any], ...] = (
    (
        _l("72 hours"),
        _l("After forced sex: medicine against HIV (PEP)"),
        _l("The sooner the better. Go to a clinic now. Go even if more time has passed."),
    ),
    (
        _l("120 hours"),
        _l("After forced sex: medicine against pregnancy"),
        _l("Five days. Ask for it at the same clinic."),
    ),
    (
        _l("24 hours"),
        _l("After an arrest: you must be taken to court as soon as possible, at the latest then"),
        _l("If the court is closed then, on its next day. You may call somebody and stay silent."),
    ),
)
# What to say and ask for when arrested.
ARREST_CARD: tuple[Any, ...] = (
    _l("Ask why you are arrested, in a language that you understand."),
    _l("You may stay silent. Nobody may make you confess or sign."),
    _l("You may call an advocate, and somebody who will look for you."),
    _l("Within 24 hours you must be before a court. If it is closed then, on its next day."),
    _l("On the first day in court they must charge you, tell you why you stay, or let you go."),
    _l("Ask for bond. It costs nothing. If you pay cash bail, take a receipt."),
    _l(
        "If the punishment is only a fine, or six months of prison at most, the court may not keep"
        " you before judgment: Constitution, article 49(2)."
    ),
)
# What to do after forced sex, beside the medicines with their hours.
CARE: tuple[Any, ...] = (
    _l("Treatment is free at a public hospital. You need no report to the police."),
    _l("Ask that the PRC form is filled in. It is free, and shows later what was done to you."),
    _l("The P3 form is free too. You need it only if you go to the police."),
    _l("Put what you wore into paper, not plastic. Do not wash it."),
    _l("If you have washed, go all the same."),
)
