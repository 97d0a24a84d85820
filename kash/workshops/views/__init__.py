"""The pages of a workshop, one module a tab."""

from kash.workshops.views import (
    attendance,
    closing,
    confirming,
    copying,
    counts,
    documents,
    door,
    heads,
    inbox,
    pads,
    people,
    plan,
    scans,
    sessions,
    taught,
    team,
)
