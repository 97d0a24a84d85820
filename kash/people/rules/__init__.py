"""Pure decisions about names, ages, consent and postings."""

from kash.people.rules.persons import (
    AGE_BANDS,
    KINDS,
    LANGUAGES,
    MOST_NAME,
    PURPOSES,
    SEXES,
    Stay,
    ages_disagree,
    birth_years,
    is_a_name,
    is_minor,
    names_match,
    possible_answers,
    present_answers,
    sort_name,
    transfer_day_fits,
)

__all__ = [
    "AGE_BANDS",
    "KINDS",
    "LANGUAGES",
    "MOST_NAME",
    "PURPOSES",
    "SEXES",
    "Stay",
    "ages_disagree",
    "birth_years",
    "is_a_name",
    "is_minor",
    "names_match",
    "possible_answers",
    "present_answers",
    "sort_name",
    "transfer_day_fits",
]
