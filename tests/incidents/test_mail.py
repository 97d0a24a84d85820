"""No mail of this room says what it is about: neither its headers nor its text."""

import re
import shutil
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from apiflask import APIFlask

from kash.accounts.models import Account
from kash.incidents.services import mediation
from kash.incidents.services.letterbox import remind_members
from kash.platform.database import db
from kash.platform.jobs import Job, run_waiting
from kash.platform.messages.rules import TryOutcome
from kash.policy import Actor
from tests.incidents import planting_cases, planting_forms
from tests.incidents.canaries import STEMS, Room
from tests.incidents.scanning import finds

# In either language: what a mail may not tell, whoever reads it over somebody's shoulder.
TELLING = re.compile(
    r"case|incident|violation|mediat|report|arrest|police|station|court|brief|vault|evidence"
    r"|kesi|tukio|ukiukaji|upatanishi|ripoti|polisi|kituo|mahakama|ushahidi",
    re.IGNORECASE,
)
# Of how many things a case tells is nothing to a mail.
FEW_ROWS = (1, 1, 1)


def _sent(app: APIFlask) -> list[EmailMessage]:
    folder = Path(app.config["MAIL_FILE_PATH"])
    found = []
    for path in sorted(folder.glob("*")):
        for one in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            if one.strip():
                found.append(message_from_bytes(one, policy=policy.default))
    return found  # type: ignore[return-value]


def test_no_mail_of_this_room_says_what_it_is_about(room, app, monkeypatch, tmp_path):
    planting_forms.phones(room)
    planting_forms.full_form(room, FEW_ROWS)
    planting_cases.case(room)
    planting_cases.identities(room)
    # A mediator is asked, and the phone did not ring yet.
    with monkeypatch.context() as silent:
        silent.setattr(mediation, "tell", lambda _account: TryOutcome.NOT_SENT)
        planting_cases.ask(room)
    hour = datetime.now(ZoneInfo("Africa/Nairobi")).replace(hour=8, minute=1)
    # What was planted serves both languages.
    folder, planted = app.config["SETTINGS"].data_dir, tmp_path / "planted"
    _close()
    shutil.copytree(folder, planted)
    for language in ("en", "sw"):
        _close()
        shutil.rmtree(folder)
        shutil.copytree(planted, folder)
        db.session.query(Account).update({"language": language})
        db.session.commit()
        _says_nothing(room, app, hour)


def _close() -> None:
    db.session.remove()
    db.engine.dispose()


def _says_nothing(room: Room, app: APIFlask, hour: datetime) -> None:
    mediation.follow_briefs()
    # A term and a referral are due.
    remind_members(hour + timedelta(days=60))
    arguments = [set(job.arguments) for job in db.session.query(Job)]
    assert arguments == [{"account"}] * 5
    assert run_waiting() == 5

    mails = _sent(app)
    assert len(mails) == 6
    secrets = [*room.cases, *(who.public_id for who in _everybody(room))]
    for mail in mails:
        whole = mail.as_bytes() + mail.get_content().encode()
        assert finds(STEMS, [("mail", whole)]) == []
        assert not any(secret.encode() in whole for secret in secrets)
        said = f"{mail['Subject']}\n{mail.get_content()}"
        assert TELLING.findall(said) == []
        # Nothing that differs from one to the next but to whom it goes, and no address to follow.
        assert "http" not in said
    assert len({(mail["Subject"], mail.get_content()) for mail in mails}) == 2


def _everybody(room: Room) -> list[Actor]:
    return [room.mediator, *(one.actor for one in (room.anna, room.brenda, room.grace))]
