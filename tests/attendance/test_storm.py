"""Twenty phones on a bad network, and a server that is killed: every operation exactly once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.load.people import AnAccount
from benchmarks.pad_load import ARegister, PadPhone
from benchmarks.server import Started
from benchmarks.storm import Server, check, prepare, rage, standing
from kash.attendance.models import RosterEntry, Slot
from kash.platform.database import db, utc_now
from kash.policy import Actor, Role
from kash.workshops.queries import scope
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import plan_workshop
from tests.forks import gunicorn
from tests.profile import usual_or_long
from tests.workshops.conftest import details, make_person, make_version

PHONES, BATCHES = 20, 4
OPERATIONS, KILLS = usual_or_long(400, 2_000), usual_or_long(1, 2)


class ForkedServer(Server):
    """A server that need not load everything again whenever it was killed."""

    def _gunicorn(
        self, options: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> Started:
        return gunicorn(options, environment, log)


def a_register(trainer: Actor) -> ARegister:
    workshop = plan_workshop(
        make_version((60,) * 6), details(facilitators=[trainer.public_id]), trainer
    )
    for number in range(20):
        enrol(workshop, make_person(f"Person {number:03}"), trainer)
    found = scope.workshop(workshop, trainer)
    register = found.register.public_id
    slots = db.session.query(Slot).filter_by(register_id=found.register_id)
    # A register is taken along until the day of its last session is over.
    slots.order_by(Slot.starts_at.desc()).first().starts_at = utc_now()
    db.session.commit()
    entries = db.session.query(RosterEntry).filter_by(register_id=found.register_id)
    return ARegister(
        workshop,
        register,
        [(one.public_id, one.id) for one in slots],
        [(one.public_id, one.person_id) for one in entries],
    )


def test_a_storm_loses_nothing_and_doubles_nothing(both_engines_app, actor, tmp_path):
    trainer = actor("trainer")
    lead = AnAccount(trainer.account_id or 0, trainer.public_id, "", (Role.TRAINER,))
    register = a_register(trainer)
    phones = [PadPhone(register, lead, number) for number in range(PHONES)]
    senders, op_ids = prepare(phones, OPERATIONS // PHONES, batch=OPERATIONS // PHONES // BATCHES)
    options = both_engines_app.config["SETTINGS"]
    db.session.remove()
    db.engine.dispose()
    environment = {
        "KASH_DATA_DIR": str(options.data_dir),
        "KASH_DATABASE_URL": options.database_url,
        "KASH_SECRET_KEY_FILE": str(options.key_file),
        "KASH_MAIL_URL": options.mail_url,
        "KASH_LOG_LEVEL": "error",
    }
    with standing(environment, tmp_path / "log", ForkedServer) as server:
        rage(server, senders, KILLS, seed=5)
    found = check(op_ids)
    assert found["operations"] == OPERATIONS
    assert found["applied"] > 0
    assert found["conflict"] > 0
    faults: Counter[str] = sum((sender.faults for sender in senders), Counter())
    assert min(faults[name] for name in ("overtaken", "cut", "lost")) > OPERATIONS // 200
    told: Counter[str] = sum((sender.answered for sender in senders), Counter())
    assert told.total() == OPERATIONS
    assert set(told) <= {"applied", "duplicate", "conflict"}
