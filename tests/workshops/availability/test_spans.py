"""What planning is told of who is away and what can't be had: the days, and never why."""

from datetime import date, time

from kash.accounts.models import Account
from kash.people.models import Venue, Zone
from kash.platform.database import db
from kash.workshops.availability.models import Absence, TeachingDays, VenueBlock, ZoneTravel
from kash.workshops.availability.queries import (
    TeachingPattern,
    absences_between,
    teaching_days,
    travel_minutes,
    venue_blocks_between,
)

FIRST, LAST = date(2027, 5, 10), date(2027, 5, 14)


def test_planning_reads_the_days_of_those_who_are_still_there(app, actor):
    trainer, leaver = actor("trainer"), actor("trainer")
    for of in (trainer, leaver):
        db.session.add(
            Absence(
                account_id=of.account_id, first=FIRST, last=LAST, kind="sick", written_by="system"
            )
        )
        db.session.add(TeachingDays(account_id=of.account_id, weekdays=[0, 2], most_days_a_month=6))
    db.session.get_one(Account, leaver.account_id).active = False
    db.session.commit()
    for first, last in ((LAST, date(2027, 6, 1)), (date(2027, 5, 1), FIRST), (FIRST, FIRST)):
        (away,) = absences_between(first, last)
        assert (away.account_id, away.first, away.last) == (trainer.account_id, FIRST, LAST)
        assert "sick" not in away
    assert absences_between(date(2027, 5, 15), date(2027, 6, 1)) == []
    assert absences_between(date(2027, 5, 1), date(2027, 5, 9)) == []
    assert teaching_days() == {trainer.account_id: TeachingPattern(frozenset({0, 2}), 6)}


def test_planning_reads_when_a_hall_cannot_be_had_and_how_far_halls_lie(app):
    area = Zone(name="Kisumu East", kind="sub_county")
    ward, far = Zone(name="Kajulu", within=area), Zone(name="Ahero")
    hall = Venue(name="Lake hall", zone=ward)
    db.session.add_all([area, ward, far, hall, Venue(name="Far hall", zone=far)])
    db.session.flush()
    db.session.add(ZoneTravel(zone_id=area.id, minutes=50))
    db.session.add(
        VenueBlock(
            venue_id=hall.id,
            first=FIRST,
            last=LAST,
            starts_at=time(8),
            ends_at=time(12),
            reason="Choir",
            written_by="system",
        )
    )
    db.session.commit()
    (block,) = venue_blocks_between(LAST, LAST)
    assert (block.venue_id, block.starts_at, block.ends_at) == (hall.id, time(8), time(12))
    assert venue_blocks_between(date(2027, 5, 15), date(2027, 5, 20)) == []
    assert travel_minutes([area.id]) == {
        frozenset((area.id, far.id)): 50,
        frozenset((ward.id, far.id)): 50,
    }
