"""The incidents of the sample: who did what to whom, and how far each case went. All invented.

A row: acts|party|station (counts into the sample's)|ward|ages|amount|what was asked|narrative.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SampleCase:
    """One incident as the sample tells it. Amounts in cents; `party` is police, client or other."""

    acts: tuple[str, ...]
    party: str
    station: int
    ward: str
    ages: tuple[str, ...]
    amount: int | None
    asked: str
    narrative: str


_ROWS = """
L1 H1|police|0|Kondele|25_34 25_34 18_24||release|Three women were taken from outside a bar at night. Nobody told them why. At the station each was made to give blood for an HIV test before anything was written down.
M2 W1|client|-|Manyatta|25_34|850000|return|A client says that he was not given what he paid for. His DVD player was kept until he pays the rest of the fee.
L3|police|1|Nyalenda B|18_24 25_34||release|A patrol stopped everybody standing along the road and put them into a lorry. They were driven around until morning.
M1|police|1|Kondele|35_44|200000|return|Two officers asked for money so that she need not come to the station. She gave what she had.
P1 T1|client|-|Milimani|25_34||stop|A client hit her when she asked him to leave and said that he would come back.
M4 L4|police|2|Nyalenda B|18_24||release|Condoms in her bag were taken as proof. She was not told what she was accused of.
S2|police|0|Market Milimani|25_34||complaint|She was searched by a male officer in the cells, and touched.
H2|other|-|Kajulu|35_44||apologise|A nurse told neighbours that she takes medicine for HIV.
H3|other|-|Kondele|25_34||medical|She was sent away from a clinic after she said what work she does.
Q1 M3|police|1|Manyatta|25_34 35_44|430000|return|A room was opened without a paper. When they left, savings from a tin were gone.
C1 L2|police|0|Shaurimoyo|18_24||charge_or_release|She was held for two days and had to sign a page that she was not let read.
R1|police|2|Nyalenda B|45_up||complaint|She wanted to report a robbery. At the desk they laughed and wrote nothing down.
W1|client|-|Milimani|18_24|150000|pay|A client left through the back door without paying.
S1|client|-|Kajulu|25_34||medical|She was forced in a car. She came to us the next morning.
T1 M1|police|0|Kondele|25_34|100000|stop|The same officer comes every Friday and says that he will arrest her if she does not pay.
L1|police|2|Manyatta|under_18||release|A girl was held overnight with grown-up women. She says that she is sixteen.
S3|police|1|Shaurimoyo|18_24||stop|An officer writes to her phone at night. He has the number from the register.
M2|police|0|Market Milimani|35_44|1200000|return|Her stock of second-hand clothes was taken from the stall and is said to be evidence.
P1|police|2|Nyalenda B|25_34||complaint|She was beaten with a belt while she was led to the car.
L1 M1|police|1|Kondele|25_34|300000|release|She was arrested on the way home, without a charge, and let go after her sister paid.
"""


def sample_cases() -> list[SampleCase]:
    """The incidents, in the order of the table."""
    cases = []
    for line in _ROWS.strip().splitlines():
        acts, party, station, ward, ages, amount, asked, narrative = line.split("|")
        cases.append(
            SampleCase(
                acts=tuple(acts.split()),
                party=party,
                station=int(station) if station != "-" else -1,
                ward=ward,
                ages=tuple(ages.split()),
                amount=int(amount) if amount else None,
                asked=asked,
                narrative=narrative,
            )
        )
    return cases


# How far each of forty cases went: the first twenty follow the table, the others begin it anew.
STATES = (
    *("resolved", "closed", "submitted", "triaged", "verified", "mediation", "referred"),
    *("insufficient", "referred", "verified", "mediation", "no_violation", "resolved", "referred"),
    *("unresolved", "triaged", "verified", "mediation", "submitted", "resolved"),
    *("submitted", "closed", "closed", "resolved", "unresolved", "verified", "mediation"),
    *("triaged", "insufficient", "closed", "submitted", "referred", "resolved", "shredded"),
    *("draft", "triaged", "mediation", "submitted", "verified", "no_violation"),
)
