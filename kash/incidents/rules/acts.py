"""The acts that are documented, each with its code in the HURIDOCS micro-thesaurus 4 (types of
acts) where that has one. The codes are stored; what they are called is said in `names`."""

from __future__ import annotations

ACTS: dict[str, str] = {
    "L1": "030101",
    "L2": "03010201",
    "L3": "030107",
    "L4": "350107",
    "P1": "020101",
    "S1": "02011101",
    "S2": "02011103",
    "S3": "02010305",
    "T1": "0201030101",
    "H1": "",
    "H2": "",
    "H3": "530107",
    "M1": "130104",
    "M2": "130107",
    "M3": "130101",
    "M4": "",
    "W1": "30010202",
    "Q1": "040101",
    "C1": "",
    "R1": "36010206",
}
# What starts a clock: arrests, and what may have exposed somebody to HIV or a pregnancy.
ARRESTS = frozenset({"L1", "L2", "L3", "L4"})
EXPOSURES = frozenset({"S1", "S2"})
# What was taken or asked for, and may be given back.
MONEY = frozenset({"M1", "M2", "M3", "W1"})
