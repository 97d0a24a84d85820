"""Histories of a programme and of what it sent, attacked with all of it: nobody is found."""

import random
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from kash.figures.statements.rules import Name, as_frozen, choose, table_of
from kash.figures.statements.solving.solver import ranges_of
from tests.figures.statements.attacker import narrowest
from tests.profile import usual_or_long

SEXES, AGES = ("female", "male", "other"), ("under_25", "25_34", "35_49", "50_over")
FUNDERS = ("amber", "birch")


@dataclass
class Quarter:
    """People by number with their sex and age, and what each did: workshop and if completed."""

    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    paid: list[tuple[str, ...]] = field(default_factory=list)
    done: dict[tuple[str, int], bool] = field(default_factory=dict)

    def people(self, funder: str) -> dict[Name, frozenset[str]]:
        cells: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        supported = set()
        for (person, workshop), completed in self.done.items():
            if completed:
                cells[self.facts[person]].add(person)
                if funder in self.paid[workshop]:
                    supported.add(person)
        table = table_of({cell: frozenset(people) for cell, people in cells.items()})
        return table | {Name("people_completed", funder): frozenset(supported)}


def a_quarter(chance: random.Random) -> Quarter:
    quarter = Quarter()
    weights = [chance.choice((1, 1, 4, 8)) for _sex in SEXES]
    for number in range(chance.choice((4, 9, 20, 45, 120))):
        sex = chance.choices(SEXES, weights)[0]
        quarter.facts[f"{number}"] = (sex, chance.choices(AGES, (5, 4, 2, 1))[0])
    payers = ((), ("amber",), ("birch",), FUNDERS)
    quarter.paid = [chance.choice(payers) for _one in range(chance.randint(1, 4))]
    for person in quarter.facts:
        for _time in range(1 + (chance.random() < 0.2)):
            workshop = chance.randrange(len(quarter.paid))
            quarter.done[person, workshop] = chance.random() < 0.85
    return quarter


def corrected(quarter: Quarter, chance: random.Random) -> None:
    """Somebody finds a sheet, a mark is put right, a person is two or none."""
    for _time in range(chance.randint(0, 4)):
        if quarter.done and chance.random() < 0.5:
            del quarter.done[chance.choice(sorted(quarter.done))]
        else:
            person = f"late{chance.randint(0, 9)}"
            quarter.facts.setdefault(person, (chance.choice(SEXES), chance.choice(AGES)))
            quarter.done[person, chance.randrange(len(quarter.paid))] = True


def sent(quarter: Quarter, chance: random.Random) -> tuple[dict[Name, int | None], dict[Name, int]]:
    """All papers of a quarter, and what is true."""
    papers: dict[Name, int | None] = {}
    frozen: dict[Name, frozenset[str]] = {}
    for funder in chance.sample(FUNDERS, 2):
        people = as_frozen(quarter.people(funder), frozen)
        told = choose(papers, {name: len(found) for name, found in people.items()}, ranges_of)
        papers |= told
        frozen |= {name: people[name] for name in told}
        corrected(quarter, chance)
    return papers, {name: len(found) for name, found in frozen.items()}


@pytest.mark.parametrize("seed", range(usual_or_long(12, 2000)))
def test_whoever_has_all_papers_finds_nobody(seed):
    chance = random.Random(seed)
    for _quarter in range(4):
        papers, true = sent(a_quarter(chance), chance)
        for name, value in papers.items():
            assert value is None or (value == true[name] and not 0 < value < 5)
        for name, (low, high) in narrowest(papers).items():
            assert low - 1e-6 <= true[name] <= high + 1e-6
            assert high - low > 5 - 1e-6, (seed, name)
