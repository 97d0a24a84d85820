"""Facts of a person, each declared once: form, page, lists, comparison, merging and search walk
FACTS.

A new fact is a `Fact` here, a column of `models.Person`, an argument of `PersonDetails` and a field
of `PersonForm`. Where somebody is posted, and since when, is no fact of hers but a `Posting`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kash.people.lists.rules.cells import (
    MOST_CADRE,
    Cell,
    Reading,
    is_language,
    is_rank,
    is_sex,
    read_cadre,
    read_language,
    read_name,
    read_sex,
    read_text,
)
from kash.people.rules.persons import AGE_BANDS, LANGUAGES, MOST_NAME, SEXES, WIDE_AGE_BANDS, ways
from kash.platform.catalogue import N_


class Kind(StrEnum):
    """How a fact is kept: in a column as it is said, as the group, or sealed."""

    TEXT = "text"
    CHOICE = "choice"
    YEAR = "year"
    GROUP = "group"
    SEALED = "sealed"


class FormPart(StrEnum):
    """Part of the form and of a person's page in which a fact stands."""

    NONE = ""
    WORK = "work"
    SELF = "self"


class Search(StrEnum):
    """How people are found by a fact: not at all, by what is typed, or by what is chosen."""

    NONE = ""
    TYPED = "typed"
    CHOSEN = "chosen"


class AskedOf(StrEnum):
    """Groups that the empty lists ask for a fact."""

    NOBODY = ""
    POLICE = "police"
    OTHERS = "others"
    EVERYBODY = "everybody"

    def of(self, *, police: bool) -> bool:
        """True if a list of officers, or of others, asks for it."""
        return self in (AskedOf.EVERYBODY, AskedOf.POLICE if police else AskedOf.OTHERS)


@dataclass(frozen=True)
class Fact:
    """A fact of a person.

    `name` is that of its column, its field and its argument. `label`, `help` and the words of
    `choices` are sentences of the catalogue, `most` counts characters, `width` is that of `field`
    in `macros/form.html`, and `areas` offers the programme's areas while it is typed.

    Lists hold a fact with `headings` in one column, of which `reader` reads a cell, if it is not
    just text, and `look` says whether one looks as if it held this; `asked` says in which empty
    lists it is. With `beside` it stands beside that of others where two may be one person. What
    `gathers` holds several things with semicolons between them, to which a list adds its own.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    most: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    width: str = "w10"
    areas: bool = False
    part: FormPart = FormPart.NONE
    headings: tuple[str, ...] = ()
    reader: Callable[[Cell], Reading[str]] | None = None
    look: Callable[[Cell], bool] | None = None
    asked: AskedOf = AskedOf.NOBODY
    beside: bool = False
    gathers: bool = False
    search: Search = Search.NONE

    def read(self, cell: Cell) -> Reading[str]:
        """A cell of a list as this fact."""
        return self.reader(cell) if self.reader else read_text(cell, self.name, self.most)

    def looks(self, cell: Cell) -> bool:
        """True if a cell looks as if it held this."""
        return self.look is not None and self.look(cell)


# In the order in which two people are compared when they are merged, and in that of a list's
# columns. On the form and on a person's page those of her work come first.
FACTS = (
    Fact("chosen_name", N_("Chosen name"), most=MOST_NAME),
    Fact(
        "printed_name",
        N_("Name on paper"),
        most=MOST_NAME,
        help=N_("As it stands on certificates. Empty: the chosen name."),
        width="w20",
        headings=ways(
            """
            printed name; name on certificate; certificate name; name on paper; jina kwenye
            cheti; jina la cheti; name to be printed
            """
        ),
        reader=lambda cell: read_name(cell, "printed_name"),
    ),
    Fact("group", N_("Group"), Kind.GROUP),
    Fact(
        "reference",
        N_("Service or peer number"),
        most=40,
        part=FormPart.SELF,
        headings=ways(
            """
            reference; ref; ref no; svc no; service no; service number; svc number; force no;
            force number; f no; fno; p no; pf no; pf number; personal no; personal number; staff
            no; code; peer code; unique code; uic; client code; peer no; peer number; pe code;
            own number; id code; namba ya utumishi; nambari ya utumishi; namba ya kazi; nambari
            ya kazi; msimbo; kodi; badge no; badge number; participant code; reg no;
            registration no; peer educator code; namba ya huduma; service or peer number
            """
        ),
        asked=AskedOf.EVERYBODY,
        beside=True,
        search=Search.TYPED,
    ),
    Fact(
        "sex",
        N_("Sex"),
        Kind.CHOICE,
        choices=dict(zip(SEXES, (N_("Female"), N_("Male"), N_("Other")), strict=True)),
        part=FormPart.SELF,
        headings=ways(
            "sex; gender; m f; f m; sex m f; gender m f; jinsia; jinsi; mf; me ke; ke me"
        ),
        reader=read_sex,
        look=is_sex,
        asked=AskedOf.EVERYBODY,
        beside=True,
    ),
    Fact(
        "age_band",
        N_("Age"),
        Kind.CHOICE,
        choices=dict(
            zip(
                (*AGE_BANDS, *WIDE_AGE_BANDS),
                (
                    N_("Under 18"),
                    N_("18 to 24"),
                    N_("25 to 34"),
                    N_("35 to 44"),
                    N_("45 and over"),
                    N_("35 and over"),
                ),
                strict=True,
            )
        ),
        help=N_("Nobody under 18 is enrolled; they can be kept here and referred."),
        part=FormPart.SELF,
    ),
    Fact("birth_year", N_("Birth year"), Kind.YEAR, width="w4", part=FormPart.SELF),
    Fact(
        "cadre",
        N_("Rank or cadre"),
        most=MOST_CADRE,
        help=N_("For example Corporal, or peer educator."),
        width="w20",
        part=FormPart.WORK,
        headings=ways(
            """
            cadre; rank; cheo; title; position; designation; rank cadre; rank or cadre; job
            group; wadhifa; role; kada
            """
        ),
        reader=read_cadre,
        look=is_rank,
        asked=AskedOf.POLICE,
    ),
    Fact(
        "ward",
        N_("Ward"),
        most=120,
        width="w20",
        areas=True,
        part=FormPart.WORK,
        headings=ways(
            """
            ward; wadi; kata; area; location; residence; estate; eneo; mtaa; village; sub
            location; place of residence; makazi; hotspot; zone; wards; area of residence
            """
        ),
        asked=AskedOf.OTHERS,
        beside=True,
    ),
    Fact(
        "language",
        N_("Language"),
        Kind.CHOICE,
        # Each under its own name, so that who speaks it recognises it.
        choices=dict(
            zip(LANGUAGES, ("English", "Kiswahili", "Dholuo", "Ekegusii", "Luluhya"), strict=True)
        ),
        part=FormPart.SELF,
        headings=ways(
            """
            language; lang; lugha; preferred language; languages; language spoken; dhok; mother
            tongue; lugha anayopendelea
            """
        ),
        reader=read_language,
        look=is_language,
        asked=AskedOf.EVERYBODY,
    ),
    Fact(
        "earlier",
        N_("Earlier trainings"),
        most=4000,
        help=N_("Before this programme's records. They count in no figure and no certificate."),
        width="w30",
        part=FormPart.WORK,
        headings=ways(
            """
            workshop; workshops; workshop title; workshop name; training; trainings; training title;
            training name; name of training; earlier trainings; trainings attended; course; course
            title; course name; warsha; mafunzo; jina la mafunzo; jina la warsha; training title
            phrase; training start date; training date; date of training; workshop date; tarehe ya
            mafunzo; tarehe ya warsha; training location name; training venue
            """
        ),
        gathers=True,
    ),
    Fact("phone", N_("Phone"), Kind.SEALED),
    Fact("email", N_("E-mail"), Kind.SEALED),
)
FACT = {fact.name: fact for fact in FACTS}
# Kept in a column of a person's row as they are said.
PLAIN = tuple(fact for fact in FACTS if fact.kind not in (Kind.GROUP, Kind.SEALED))
SEALED = tuple(fact for fact in FACTS if fact.kind is Kind.SEALED)
# Shown of two who may be one, side by side.
COMPARED = tuple(fact for fact in FACTS if fact.beside)
FOUND_BY_TYPING = tuple(fact for fact in FACTS if fact.search is Search.TYPED)
FOUND_BY_CHOICE = tuple(fact for fact in FACTS if fact.search is Search.CHOSEN)
# A list holds each of these in one column, and reads nothing else from it.
LISTED = tuple(fact for fact in FACTS if fact.headings)
GATHERED = tuple(fact.name for fact in FACTS if fact.gathers)
