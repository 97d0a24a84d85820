"""The pages of a workshop, one module a tab."""

from kash.workshops.views import (
    answer_links,
    answers,
    attendance,
    closing,
    confirming,
    copying,
    counts,
    documents,
    door,
    earlier,
    heads,
    inbox,
    pads,
    people,
    plan,
    scans,
    seats,
    sessions,
    taught,
    team,
)
