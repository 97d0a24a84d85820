"""A programme full of other people's records, each value of which can be told from every other.

It is written straight into the tables, so that no page is needed to prepare the test of a page.
"""

import io
import itertools
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from kash.accounts.models import (
    Account,
    AccountNotice,
    AccountRequest,
    AccountRole,
    Breach,
    BreachNote,
    BrowserMark,
    Delegation,
    HandOver,
    Invitation,
    Passkey,
    Programme,
    RecoveryCode,
    SignedInSession,
)
from kash.accounts.queries.accounts import email_key
from kash.accounts.requests import digest_of, seal_code
from kash.accounts.services.marks import code_hash, hash_password, new_token, token_hash
from kash.application import create_app
from kash.assessments.evaluations.models import (
    EvaluationBox,
    EvaluationCount,
    EvaluationForm,
    EvaluationQuestion,
    make_form_key,
)
from kash.assessments.evaluations.rules import empty_box, slots_for
from kash.assessments.models import (
    AskedQuestion,
    GivenAnswer,
    PracticeAnswer,
    Question,
    QuestionRevision,
    WorkshopTest,
)
from kash.assessments.queries import PRACTICE_KIND, TEXT_KIND
from kash.attendance.models import (
    HeldItem,
    Mark,
    MarkOperation,
    Pad,
    PadKey,
    Register,
    RosterEntry,
    Sheet,
    SheetReading,
    SheetScan,
    Slot,
    WalkIn,
    sealed_operation,
)
from kash.attendance.register import ensure_statuses
from kash.certificates.models import (
    Certificate,
    CertificateBatch,
    CertificateRule,
    Design,
    DesignImage,
    FunderMark,
    HolderLink,
    SignatureImage,
    SignatureUse,
    TrainerSkill,
)
from kash.certificates.rules.issuing import new_serial
from kash.certificates.tracks.models import (
    SeenFact,
    SupervisionVisit,
    Track,
    TrackEnrolment,
    TrackVersion,
)
from kash.exchange.api.models import ApiToken, ApiTokenScope
from kash.exchange.archive.models import ArchiveRequest
from kash.exchange.dhis2.models import MappedCell, Push, PushedValue
from kash.exchange.funder_reports.models import FunderReport
from kash.exchange.kobo.models import KoboForm
from kash.figures.funders.models import FunderAccount
from kash.figures.indicators.models import Completion, IndicatorDefinition, Target
from kash.figures.releases.models import Release, ReleasePlan
from kash.figures.releases.rules.tables import (
    KNOWN,
    WHO,
    YearPlan,
    last_days,
    tables_as_json,
    windows_as_json,
    windows_of,
)
from kash.figures.releases.rules.tables import digest_of as plan_digest
from kash.figures.statements.models import FrozenFigure, Statement
from kash.figures.statements.queries import seal_people
from kash.figures.statements.rules import LINES
from kash.forums.models import (
    Action,
    ActionLink,
    ActionNote,
    AgendaItem,
    AgendaPaper,
    AgendaTemplate,
    AgendaTemplateItem,
    Decision,
    DecisionPresence,
    DecisionReview,
    Forum,
    ForumMember,
    ForumQuorum,
    ForumQuorumGroup,
    ForumTerm,
    InternalLine,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    MinutesDifference,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    NamedLeaf,
    PresenceSpell,
    SignedCopy,
    Story,
)
from kash.forums.rules.minutes import MinutesPart, leaves_of, line_digest, root_of
from kash.forums.stories.rules import StoryDraft
from kash.forums.stories.rules import as_bytes as draft_bytes
from kash.incidents.consent_texts import VERSION
from kash.incidents.models import Duty, Incident, MediationBrief
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import (
    Act,
    Asked,
    CashBail,
    Evidence,
    Hold,
    Intervention,
    Link,
    MemberProposal,
    StoredCopy,
    Term,
)
from kash.incidents.rules.parts import Person as RecordedPerson
from kash.incidents.rules.record import Record, as_bytes
from kash.incidents.rules.totals import CLEANED, ORIGINAL, EvidenceFile, file_key
from kash.incidents.rules.totals import as_bytes as evidence_bytes
from kash.money.budget.models import BudgetLine
from kash.money.payouts.models import (
    Payee,
    PaymentSheet,
    PayoutDay,
    PayoutFile,
    PayoutLine,
    PayoutList,
    PayoutReversal,
    RateTable,
    ReversalLine,
)
from kash.people.connections.models import Connection
from kash.people.lists import renewing
from kash.people.lists.choices import Choices, sealed_choices
from kash.people.models import (
    Consent,
    ContactRequest,
    ContactRequestPerson,
    ErasureRequest,
    Group,
    LikelyDuplicate,
    NotTheSame,
    Organisation,
    PeopleList,
    Person,
    PersonMerge,
    Posting,
    ServiceEntry,
    Venue,
    Zone,
)
from kash.people.notices.models import Notice
from kash.people.notices.views import callback_secret
from kash.planning.feeds.models import CalendarAddress
from kash.planning.quarters.models import QuarterLine, QuarterProposal
from kash.planning.series.models import Series, SeriesDate
from kash.platform import storage
from kash.platform.database import Base, db, new_public_id, utc_now
from kash.platform.jobs.models import Job
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import stop_hash
from kash.platform.messages.rules import RenderedMessage
from kash.platform.vault import (
    NewKeys,
    SealingPlace,
    VaultMember,
    add_member,
    ask_to_unseal,
    begin_opening,
    file_document,
    install_triggers,
    lookup,
    make_compartment,
    make_keys,
    new_key,
    new_passphrase,
    new_recovery_code,
    seal,
    seal_file,
    seal_file_under,
)
from kash.platform.vault.phones import new_pair
from kash.platform.web.formats import local_today
from kash.settings import Settings
from kash.training.models import Course, CourseVersion, MaterialFile, Module, PlanRow, SessionPlan
from kash.workshops.announcements.models import Announcement
from kash.workshops.availability.models import Absence, VenueBlock
from kash.workshops.holidays.models import LocalHoliday
from kash.workshops.invitations.models import SignUp, SignUpLink, Typed, sealed_typed
from kash.workshops.models import (
    AnswerLink,
    Enrolment,
    Facilitator,
    Funder,
    Funding,
    Workshop,
    WorkshopSession,
)
from tests.incidents.filed_cases import asked_again

from .table import NOBODY, PLACES, ROLES

PASSWORD = "seven boats cross at dusk"
OWN, OTHER = "own", "other"
DAY = date(2026, 11, 16)
_NEVER_STANDS_IN = {"peer", "police_peer", "funder", NOBODY}
_CHEAP = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
# Tables of mere bookkeeping, which change by asking.
BOOKKEEPING = {
    "counted_tries",
    "known_address",
    "passkey_challenge",
    "signed_in_session",
    "verification_attempt",
}


@dataclass(frozen=True)
class Value:
    """A text that stands in one record only, what kind of value it is and whose."""

    text: str
    kind: str
    whose: str


@dataclass(frozen=True)
class Bearer:
    """Somebody whose name stands in a value: her id, her group's letter, and whose she is."""

    person: str
    letter: str
    whose: str


@dataclass
class Records:
    """The ids that addresses are made of, from one side: a role's own records, or others'."""

    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return name[1:] if name.startswith("=") else self.ids[name]


@dataclass
class World:
    """The application, what is in it, and the sessions of those who are signed in."""

    app: APIFlask
    folder: Path
    values: list[Value] = field(default_factory=list)
    # By a name in lower case, as it is called, printed or on a certificate.
    bearers: dict[str, Bearer] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    # Of those with keys, whose vault is open.
    vault_cookies: dict[str, str] = field(default_factory=dict)
    records: dict[tuple[str, str], Records] = field(default_factory=dict)
    # Whose person, of those in `values`, is the own one of a role.
    own_person: dict[str, str] = field(default_factory=dict)
    # What each role was shown of its own records, by endpoint and role, with all as remembered.
    shown: dict[tuple[str, str], TestResponse] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=lambda: {"programme/logo.png": b"a picture"})
    # Puts rows back, from a copy that is attached to it.
    _live: sqlite3.Connection | None = None
    _kept_contents: str = ""
    # When each file was written, and what stood in it.
    _kept_files: dict[Path, tuple[int, bytes]] = field(default_factory=dict)
    _watch: sqlite3.Connection | None = None
    _version: int = 0

    @property
    def database(self) -> Path:
        return self.folder / "kash.sqlite3"

    def browser(self, role: str) -> FlaskClient:
        """A browser in which this role is signed in, and which has visited nothing yet."""
        browser = self.app.test_client()
        if role in self.cookies:
            browser.set_cookie("session", self.cookies[role])
        if role in self.vault_cookies:
            browser.set_cookie("vault", self.vault_cookies[role])
        return browser

    def own_page(self, endpoint: str, role: str) -> TestResponse:
        """A page of a role's own records, asked for once: it is judged in more than one way."""
        key = (endpoint, role)
        if key not in self.shown:
            records = self.records[role, OWN]
            parts = {name: records[what] for name, what in PLACES[endpoint].address.items()}
            self.shown[key] = self.browser(role).get(self.address(endpoint, parts))
        return self.shown[key]

    def address(self, endpoint: str, parts: Mapping[str, str]) -> str:
        """The address of an endpoint with these parts."""
        return self.app.url_map.bind("localhost").build(endpoint, dict(parts))

    def keep(self) -> None:
        """Remember everything as it stands, and from now on which tables are written to."""
        live = sqlite3.connect(self.database, isolation_level=None, check_same_thread=False)
        live.execute("PRAGMA synchronous=OFF")
        copy = self.folder.with_name("kept.sqlite3")
        with closing(sqlite3.connect(copy)) as kept:
            live.backup(kept)
        live.execute("ATTACH ? AS kept", (str(copy),))
        live.execute("CREATE TABLE written_to (name TEXT)")
        for table in db.metadata.tables:
            for act in ("INSERT", "UPDATE", "DELETE"):
                live.execute(
                    f'CREATE TRIGGER {table}_notes_{act} AFTER {act} ON "{table}" BEGIN'
                    f" INSERT INTO written_to SELECT '{table}' WHERE NOT EXISTS"
                    f" (SELECT 1 FROM written_to WHERE name = '{table}'); END"
                )
        # Rows that nobody may change are put back, too.
        refusing = "SELECT name, sql FROM main.sqlite_master WHERE sql LIKE '%SELECT RAISE(%'"
        for name, sql in live.execute(refusing).fetchall():
            live.execute(f"DROP TRIGGER main.{name}")
            usual = "NOT EXISTS (SELECT 1 FROM written_to WHERE name = '')"
            live.execute(sql.replace("; END", f" WHERE {usual}; END"))
        self._live = live
        self._version = self._version_now()
        self._kept_contents = self.contents()
        self._kept_files = {
            path: (written, path.read_bytes()) for path, written in self._files_now().items()
        }

    def put_back(self) -> None:
        """Make everything as it was remembered."""
        assert self._live is not None
        live = self._live
        live.execute("BEGIN IMMEDIATE")
        written = [name for (name,) in live.execute("SELECT name FROM written_to")]
        live.execute("INSERT INTO written_to VALUES ('')")
        for name in written:
            live.execute(f'DELETE FROM main."{name}"')
            live.execute(f'INSERT INTO main."{name}" SELECT * FROM kept."{name}"')
        live.execute("DELETE FROM written_to")
        live.execute("COMMIT")
        self._put_files_back()
        self._version = self._version_now()

    def _files_now(self) -> dict[Path, int]:
        """When each file of the programme was written."""
        return {
            path: path.stat().st_mtime_ns
            for folder, _folders, names in os.walk(self.folder / "files")
            for path in (Path(folder, name) for name in names)
        }

    def _put_files_back(self) -> None:
        """Files are no rows: what a form took away, changed or brought is as it was."""
        now = self._files_now()
        for path in now.keys() - self._kept_files.keys():
            path.unlink()
        for path, (written, content) in self._kept_files.items():
            if now.get(path) != written:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                self._kept_files[path] = (path.stat().st_mtime_ns, content)

    def make_files(self) -> None:
        """What lies beside the tables."""
        with self.app.app_context():
            for key, content in self.files.items():
                storage.put(key, content)

    def _version_now(self) -> int:
        if self._watch is None:
            self._watch = sqlite3.connect(self.database, check_same_thread=False)
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def written(self) -> bool:
        """Whether anything at all was written since it was put back."""
        return self._version_now() != self._version

    def changed(self) -> bool:
        """True if anything but mere bookkeeping is other than it was when it was put back."""
        if not self.written():
            return False
        assert self._live is not None
        written = {name for (name,) in self._live.execute("SELECT name FROM written_to")}
        return not written <= BOOKKEEPING and self.contents() != self._kept_contents

    def contents(self) -> str:
        """All that is stored, but for mere bookkeeping, to see whether it changed."""
        with closing(sqlite3.connect(self.database)) as live:
            return repr(
                [
                    (name, live.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall())
                    for name in sorted(set(db.metadata.tables) - BOOKKEEPING)
                ]
            )


def make_app(folder: Path) -> APIFlask:
    """An application over this folder, on SQLite, that answers failures as in service."""
    app = create_app(
        Settings(data_dir=folder, mail_url=f"file://{folder / 'mail'}", log_level="error")
    )
    app.config.update(
        ARGON2=_CHEAP, VAULT_ARGON2=_CHEAP, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False
    )
    return app


@contextmanager
def paper_as_text(patch: Any) -> Iterator[None]:
    """The press gives back what it was to set, instead of setting it: quick, and readable."""
    import json

    from kash.attendance import documents as registers
    from kash.certificates import documents as certificates
    from kash.certificates.views import designs as previews
    from kash.platform.press import documents

    def entries_as_text(design: Any, entries: Any, **_how: Any) -> bytes:
        return json.dumps([asdict(design), *map(asdict, entries)], default=str).encode()

    def as_text(request: Any, _limits: Any, _progress: Any = None) -> Iterator[bytes]:
        yield json.dumps(dict(request), default=str).encode()

    def pieces_as_text(design: Any, entries: Any, **_how: Any) -> Iterator[bytes]:
        yield entries_as_text(design, entries)

    patch.setattr(certificates, "print_file", entries_as_text)
    for name in ("print_pieces", "zip_file_pieces"):
        patch.setattr(certificates, name, pieces_as_text)

    def register_as_text(paged: Any, sheets: Any, **_how: Any) -> bytes:
        return json.dumps([asdict(paged), *map(asdict, sheets)], default=str).encode()

    def badges_as_text(people: Any, **_how: Any) -> bytes:
        return json.dumps([asdict(one) for one in people]).encode()

    patch.setattr(documents, "render", as_text)
    patch.setattr(registers, "register", register_as_text)
    patch.setattr(registers, "badges", badges_as_text)
    patch.setattr(previews, "print_file", entries_as_text)
    patch.setattr(previews, "page_picture", lambda paper, _width: paper)
    yield


def build(folder: Path) -> World:
    """A world of its own under this folder."""
    app = make_app(folder)
    world = World(app, folder)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            install_triggers(connection)
        _Builder(world).build()
        db.session.commit()
        db.session.remove()
    world.keep()
    return world


class _Builder:
    """Fills the tables. `side` is whose a record is: "own" those of the first trainer and of the
    peers, "other" those of another trainer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._numbers = itertools.count(101)
        self._phones = itertools.count(712345101)
        self.session = db.session

    # --- small things ---------------------------------------------------------------------------

    def value(self, kind: str, whose: str) -> str:
        """A text that occurs nowhere else."""
        text = f"Zq{kind.replace('.', '')}{next(self._numbers)}x"
        self.world.values.append(Value(text, kind, whose))
        return text

    def add(self, row: Any) -> Any:
        if hasattr(row, "public_id") and row.public_id is None:
            row.public_id = new_public_id()
        self.session.add(row)
        self.session.flush()
        return row

    def printed(self) -> Release:
        """A table as it was printed; those of the next quarter are to be printed."""
        plan = self.plan_of(2025, approved=True, quarters=2)
        lines = [[code, None] for code in KNOWN[WHO].codes]
        return self.add(
            Release(
                plan_id=plan.id,
                table_key=WHO,
                window=0,
                freeze_on=plan.calendar[0].freeze_on,
                lines=lines,
            )
        )

    def plan_of(self, year: int, *, approved: bool, quarters: int = 4) -> ReleasePlan:
        """A plan of what a year prints."""
        plan = YearPlan(year, (KNOWN[WHO],))
        windows = windows_of(plan, last_days(year)[:quarters])
        return self.add(
            ReleasePlan(
                year=year,
                tables=tables_as_json(plan.tables),
                windows=windows_as_json(windows),
                digest=plan_digest(plan, windows),
                state="approved" if approved else "proposed",
                proposed_by=new_public_id(),
                approved_by=new_public_id() if approved else None,
            )
        )

    def stated(self, month: int, state: str) -> Statement:
        """Figures of a quarter for a funder."""
        sent = state == "sent"
        first = date(2025, month, 1)
        figure = FrozenFigure(
            public_id=new_public_id(),
            position=0,
            line=LINES[-1].code,
            place=[],
            value=12,
            title="People who completed a course",
            definition="Who met the requirements.",
            version=1,
            inputs="0" * 64,
        )
        seal_people(figure, 12, [])
        return self.add(
            Statement(
                funder_id=self.session.query(Funder.id).order_by(Funder.id).first().id,
                period=f"2025-Q{(month + 2) // 3}",
                first_day=first,
                last_day=date(2025, month + 2, 30),
                state=state,
                proposed_by=new_public_id(),
                frozen_at=utc_now(),
                digest="0" * 64,
                document="{}" if sent else None,
                sent_number=1 if sent else None,
                sent_at=utc_now() if sent else None,
                figures=[figure],
            )
        )

    def reported(self, statement: str, state: str) -> FunderReport:
        """A report on figures that were sent."""
        about = self.session.query(Statement).filter_by(public_id=statement).one()
        content = {
            "figures": [],
            "workshops": [],
            "money": {"currency": "KES", "lines": []},
            "printed": [],
            "head_code": "",
        }
        return self.add(
            FunderReport(
                statement_id=about.id,
                title="Report of the quarter",
                sections=["summary", "figures"],
                texts={"summary": "All went well."},
                content="" if state == "draft" else json.dumps(content),
                state=state,
                proposed_by=new_public_id(),
            )
        )

    def connected(self, kind: str = "dhis2", **more: Any) -> Connection:
        """A connection that waits for a second person, unless more is said of it."""
        return self.add(
            Connection(
                kind=kind,
                name="County figures",
                address="https://dhis2.example.org",
                processor="County of the lake",
                contract="C-7",
                contract_on=date(2026, 1, 5),
                country="Kenya",
                safeguards="Counts only.",
                proposed_by=new_public_id(),
                **more,
            )
        )

    def sending_by(self, connection: Connection) -> dict[str, str]:
        """A figure that is mapped to a place of another system, and a push, by public ids."""
        cell = self.add(
            MappedCell(
                connection_id=connection.id,
                kind="year",
                figure="officers:people_completed",
                data_element="f7n9E0hX8qk",
                org_unit="DiszpKrYNg8",
            )
        )
        push = self.add(Push(connection_id=connection.id, period="2025", asked_by="system"))
        self.add(
            PushedValue(
                push_id=push.id,
                data_element="f7n9E0hX8qk",
                option_combo="",
                attribute_combo="",
                org_unit="DiszpKrYNg8",
                figure="officers:people_completed",
                value=12,
                outcome="stored",
            )
        )
        return {
            "dhis2_connection": connection.public_id,
            "dhis2_cell": cell.public_id,
            "dhis2_push": push.public_id,
        }

    def form_elsewhere(self) -> KoboForm:
        """A form of another server, of a connection that is on."""
        return self.add(
            KoboForm(
                connection_id=self.collected.id,
                asset="aRegistration1",
                title="Registrations",
                group_id=self.community.id,
                created_by=new_public_id(),
            )
        )

    def api_token(self, account: Account, by: str) -> ApiToken:
        """A token for a program that an account answers for, and another may agree to."""
        return self.add(
            ApiToken(
                connection_id=self.connection.id,
                account_id=account.id,
                purpose="Counts for the county",
                days=90,
                proposed_by=by,
                scopes=[ApiTokenScope(scope="workshops.read")],
            )
        )

    def shelter(self) -> ServiceEntry:
        """A service whose address is confidential."""
        public_id = new_public_id()
        address = self.value("service.address", "")
        made: ServiceEntry = self.add(
            ServiceEntry(
                public_id=public_id,
                name="Lantern house",
                sort_name="lantern house",
                found_by="lantern house",
                kind="shelter",
                phone="116",
                address_confidential=True,
                address_sealed=seal(address, kind="service.address", public_id=public_id),
                checked_on=DAY,
            )
        )
        return made

    def hall(self) -> Venue:
        """A venue with all that only who plans reads."""
        public_id = new_public_id()
        notes, phone = (self.value("venue.planning", "") for _ in range(2))
        made: Venue = self.add(
            Venue(
                public_id=public_id,
                name="Lake hall",
                zone_id=self.zone.id,
                contact_name=self.value("venue.planning", ""),
                contact_phone_sealed=seal(phone, kind="venue.contact_phone", public_id=public_id),
                safe_for=self.value("venue.planning", ""),
                safety_sealed=seal(notes, kind="venue.safety", public_id=public_id),
            )
        )
        return made

    def absence(self, account: Account, whose: str) -> str:
        """Days on which an account is away, with a note that says why."""
        public_id = new_public_id()
        why = self.value("absence.why", whose)
        self.add(
            Absence(
                public_id=public_id,
                account_id=account.id,
                first=date(2031, 2, 3),
                last=date(2031, 2, 4),
                note_sealed=seal(why, kind="absence.note", public_id=public_id),
                written_by=account.public_id,
            )
        )
        return public_id

    # --- everything -----------------------------------------------------------------------------

    def build(self) -> None:
        self.world.make_files()
        self.add(
            Programme(
                id=1,
                name="Lake programme",
                neutral_name="Programme",
                zone="Africa/Nairobi",
                languages=["en", "sw"],
                settings={
                    "second_step_required": False,
                    "paper": {"logo": "programme/logo.png"},
                    "address": {"accepted": "http://localhost:8000"},
                },
            )
        )
        ensure_statuses(self.session)
        self.police = self.add(Group(name="Police", letter="A", is_police=True, position=0))
        self.community = self.add(Group(name="Community", letter="B", position=1))
        standard = self.add(Track(name="Certificate of a workshop", certifies=True))
        share = {"all": [{"is": "workshop", "share": 75}]}
        asked = self.add(
            TrackVersion(track_id=standard.id, number=1, tree=share, state="published")
        )
        self.rule = self.add(
            CertificateRule(
                version=1, requires_id=asked.id, name_must_be_confirmed=False, created_by="system"
            )
        )
        self.rates = self.add(
            RateTable(
                version=1,
                currency="KES",
                bands=["Near"],
                rates={"participant": ["day", [50_000]]},
                least_weight=1,
                weighted=False,
                created_by="system",
            )
        )
        self.station = self.add(Organisation(name="Lake station", kind="station"))
        self.release = self.printed()
        self.archive = self.add(
            ArchiveRequest(reason="We move to a machine of our own", proposed_by=new_public_id())
        )
        self.collective = self.add(Organisation(name="Dawn collective", kind="collective"))
        self.service = self.shelter()
        self.connection = self.connected()
        self.definition = self.add(
            IndicatorDefinition(
                key="people_completed",
                from_day=DAY,
                title="Completed",
                remark="As the funders have it.",
                proposed_by=new_public_id(),
            )
        )
        self.target = self.add(
            Target(key="people_completed", period="2026-Q4", value=40, set_by=new_public_id())
        )
        agreed = {"state": "approved", "approved_by": new_public_id(), "is_on": True}
        self.sending = {side: self.sending_by(self.connected()) for side in (OWN, OTHER)}
        self.collected = self.connected("kobo", **agreed)
        self.kobo_form = self.form_elsewhere()
        self.plans = [self.plan_of(2031, approved=True), self.plan_of(2032, approved=False)]
        self.zone = self.add(Zone(name="Lake ward", kind="ward"))
        self.add(Zone(name="Far ward", kind="sub_county"))
        self.venue = self.hall()
        self.block = self.add(
            VenueBlock(
                venue_id=self.venue.id,
                first=DAY,
                last=date(2031, 2, 3),
                reason=self.value("venue.planning", ""),
                written_by="system",
            )
        )
        self.annex = self.add(Venue(name="Lake annex", zone_id=self.zone.id))
        self.block_elsewhere = self.add(
            VenueBlock(venue_id=self.annex.id, first=DAY, last=DAY, written_by="system")
        )
        self.calendar_token = new_token()
        self.add(
            CalendarAddress(
                venue_id=self.venue.id, token_hash=token_hash(self.calendar_token), made_by="system"
            )
        )
        self.holiday = self.add(
            LocalHoliday(day=date(2031, 2, 3), name="Day of the lake", added_by="system")
        )
        self.template = self.add(
            AgendaTemplate(
                name="Monthly review",
                items=[AgendaTemplateItem(position=1, title="Opening", minutes=10)],
            )
        )
        people = {
            "peer": self.person("peer", self.community),
            "police_peer": self.person("police_peer", self.police),
            OWN: self.person(OWN, self.community),
            OTHER: self.person(OTHER, self.community),
            "guest": self.person("guest", self.police),
            "outside": self.person("outside", self.community),
            # In the trainer's workshop by her own doing alone.
            "enrolled": self.person("enrolled", self.community),
        }
        self.world.own_person = {"peer": "peer", "police_peer": "police_peer"}
        accounts = {
            role: self.account(role, [role], people[role].id if role in people else None)
            for role in ROLES
        }
        self.other_director = self.account("other director", ["director"])
        accounts["other trainer"] = self.account("other trainer", ["trainer"])
        accounts["other custodian"] = self.account("other custodian", ["custodian"])
        accounts["other peer"] = self.account("other peer", ["peer"], people[OTHER].id)
        sides = {
            OWN: self.side(
                OWN, accounts["trainer"], [people[OWN], people["peer"], people["police_peer"]]
            ),
            OTHER: self.side(OTHER, accounts["other trainer"], [people[OTHER], people["guest"]]),
        }
        accounts["other funder"] = self.account("other funder", ["funder"])
        lake_fund = self.add(Funder(name="Lake fund"))
        paying = {OWN: accounts["funder"], OTHER: accounts["other funder"]}
        ties = {
            side: self.add(
                FunderAccount(
                    account_id=account.id, funder_id=lake_fund.id, proposed_by=new_public_id()
                )
            )
            for side, account in paying.items()
        }
        self.enrol_only(people["enrolled"], accounts["trainer"])
        people[OWN].phone_by = accounts["trainer"].public_id
        requests = {
            side: self.contact_request(people[side], accounts["other trainer"])
            for side in (OWN, OTHER)
        }
        erasures = {
            OWN: self.erasure(people[OWN], accounts["trainer"]),
            OTHER: self.erasure(people[OTHER], accounts["other trainer"]),
            **{
                role: self.erasure(people[self.world.own_person[role]], accounts[role])
                for role in ("peer", "police_peer")
            },
        }
        forums = {
            OWN: self.forum(
                OWN, accounts["trainer"], [people["peer"], people["police_peer"], people["guest"]]
            ),
            OTHER: self.forum(OTHER, accounts["director"], [people[OTHER]]),
        }
        vault = self.vault(accounts)
        invitations = self.invitation(accounts["other peer"])
        request = self.request(
            accounts["other peer"], accounts["other trainer"], "second_step", "waiting"
        )
        beside = {OWN: people["police_peer"], OTHER: people["guest"]}
        twins = {side: self.twins(people[side], beside[side]) for side in (OWN, OTHER)}
        breach = self.breach(accounts["other trainer"])
        left = self.account("left", ["trainer"])
        left.active = False
        self.add(HandOver(account_id=left.id, lines=[], unfinished=[], by="system"))
        duty = self.add(Duty(account_id=accounts["other peer"].id, spoken="sw"))
        self.add(Duty(account_id=accounts["peer"].id))
        self.add(Duty(account_id=accounts["police_peer"].id))
        cases = {OWN: self.cases(OWN), OTHER: self.cases(OTHER)}
        stories = {side: self.stories(side, accounts["documentation"]) for side in (OWN, OTHER)}
        designs = {OWN: "classic", OTHER: "plain"}
        design_images = {side: self.design_image(name) for side, name in designs.items()}
        signature_uses = {
            role: self.signature_use(accounts[role])
            for role in ("director", "trainer", "other trainer")
        }
        self.world.make_files()
        lists = {
            OWN: self.lists(accounts["trainer"], OWN),
            OTHER: self.lists(accounts["other trainer"], OTHER),
        }
        # A director agrees to what another asked for, and fetches what is her own.
        api_tokens = {
            name: self.api_token(
                account, new_public_id() if name == "director" else account.public_id
            )
            for name, account in accounts.items()
            if name in ("director", "trainer", "monitoring", "other trainer")
        }
        absences = {
            OWN: self.absence(accounts["trainer"], OWN),
            OTHER: self.absence(accounts["other trainer"], OTHER),
        }
        statements = {
            name: self.stated(month, state).public_id
            for name, month, state in (
                ("statement", 1, "sent"),
                ("draft_statement", 4, "draft"),
                ("proposed_statement", 7, "proposed"),
            )
        }
        reports = {
            f"{state}_report": self.reported(statements[of], state).public_id
            for of, state in (("statement", "proposed"), ("draft_statement", "draft"))
        }
        for role in (*ROLES, NOBODY):
            own_person = self.world.own_person.get(role, OWN)
            account = accounts.get(role)
            for side in (OWN, OTHER):
                mine = side == OWN
                person = people[own_person if mine else OTHER]
                owner = account if mine and account is not None else accounts["other trainer"]
                ids = {
                    **sides[side]["ids"],
                    **forums[side]["ids"],
                    **invitations,
                    **twins[side],
                    "person_beside": beside[side].public_id,
                    **lists[side],
                    "person": person.public_id,
                    "person_outside": people["outside"].public_id,
                    "person_enrolled": people["enrolled"].public_id,
                    "contact_request": requests[side],
                    "erasure": erasures.get(role if mine else "", erasures[side]),
                    "certificate": sides[side]["certificates"][person.public_id],
                    **self.holder_link(person),
                    "entry": sides[side]["entries"][person.public_id],
                    "enrolment": sides[side]["enrolments"][person.public_id],
                    **sides[side]["on_track"][person.public_id],
                    "member": forums[side]["members"].get(
                        person.public_id, next(iter(forums[side]["members"].values()))
                    ),
                    "leaf": forums[side]["leaves"].get(
                        person.public_id, next(iter(forums[side]["leaves"].values()))
                    ),
                    "term": forums[side]["terms"].get(
                        person.public_id, next(iter(forums[side]["terms"].values()))
                    ),
                    "seat_entry": next(iter(forums[side]["entries"].values())),
                    "action": forums[side]["actions"].get(
                        person.public_id, next(iter(forums[side]["actions"].values()))
                    ),
                    **forums[side]["carried"].get(
                        person.public_id, next(iter(forums[side]["carried"].values()))
                    ),
                    "account": owner.public_id,
                    "design": designs[side],
                    "design_image": design_images[side],
                    "funder": sides[side]["funder"],
                    "signature_use": signature_uses.get(
                        role if mine else "", signature_uses["other trainer"]
                    ),
                    "release_plan": self.plans[0].public_id,
                    "connection": self.connection.public_id,
                    "definition": self.definition.public_id,
                    "target": self.target.public_id,
                    **self.sending[side],
                    "kobo_connection": self.collected.public_id,
                    "kobo_form": self.kobo_form.public_id,
                    **statements,
                    **reports,
                    "waiting_plan": self.plans[1].public_id,
                    "organisation": self.collective.public_id,
                    "station": self.station.public_id,
                    "release": self.release.public_id,
                    "archive": self.archive.public_id,
                    "funder_account": paying[side].public_id,
                    "funder_tie": ties[side].public_id,
                    "group": self.community.public_id,
                    "zone": self.zone.public_id,
                    "holiday": self.holiday.public_id,
                    "venue": (self.venue if mine else self.annex).public_id,
                    "calendar_token": self.calendar_token,
                    "api_token": api_tokens[
                        role if mine and role in api_tokens else "other trainer"
                    ].public_id,
                    "block": (self.block if mine else self.block_elsewhere).public_id,
                    "absence": absences[side],
                    "teacher": accounts["trainer" if mine else "other trainer"].public_id,
                    **self.message(person),
                    "gateway_secret": callback_secret(),
                    "template": self.template.public_id,
                    "service": self.service.public_id,
                    "job": self.job(owner),
                    "session": self.session_of(owner)[0],
                    "device": self.session_of(owner, unfamiliar=True)[0],
                    "passkey": self.passkey(owner),
                    "browser": self.browser_mark(owner),
                    "request": request,
                    "agreed_request": self.request(accounts["other peer"], owner, "link", "agreed"),
                    "notice": self.notice(owner),
                    "key_holder": self.key_holder,
                    "unsealing": self.unsealing,
                    "breach": breach,
                    "left_account": left.public_id,
                    "duty": duty.public_id,
                    "officer": accounts["documentation"].public_id,
                    "brief": self.brief(owner, role if mine else OTHER),
                    **cases[side],
                    **stories[side],
                    "incident_view": self.incident_view(
                        account if mine or role in ("director", "documentation") else None
                    ),
                    "delegation": self.delegation(
                        accounts["director"] if mine else self.other_director,
                        accounts["other trainer"] if role in _NEVER_STANDS_IN else owner,
                    ),
                }
                self.world.records[role, side] = Records(ids)
        for role in ROLES:
            self.world.accounts[role] = accounts[role].public_id
            self.world.cookies[role], session_id = self.cookie(accounts[role])
            if role in vault:
                self.open_vault(role, vault[role], session_id)

    # --- the vault ------------------------------------------------------------------------------

    def vault(self, accounts: dict[str, Account]) -> dict[str, NewKeys]:
        """The keys of those who hold any: the custodian has made both compartments."""
        now, holders = utc_now(), ("custodian", "documentation", "director", "other custodian")
        keys = {one: make_keys(new_passphrase(), new_recovery_code()) for one in holders}
        members = {}
        for one in holders:
            member = add_member(self.session(), accounts[one].public_id, keys[one], now)
            member.admitted_by, member.admitted_at = accounts["custodian"].public_id, now
            members[one] = member
        keepers = [members["custodian"], members["other custodian"]]
        # The other custodian waits to be let into cases.
        others = [one for name, one in members.items() if name != "other custodian"]
        make_compartment(self.session(), "case", others, now)
        make_compartment(self.session(), "identity", keepers, now)
        self.key_holder = members["other custodian"].public_id
        identity = file_document(
            self.session(), "matrix.identity", b"x", compartment="identity"
        ).public_id
        asked = ask_to_unseal(self.session(), members["documentation"].id, identity, "Why.", now)
        self.unsealing = asked.public_id
        return keys

    def open_vault(self, role: str, keys: NewKeys, session_id: str) -> None:
        """Open it in the browser of a role, used so lately that no page notes it."""
        member = self.session.query(VaultMember).filter_by(public_id=keys.public_id).one()
        later = utc_now() + timedelta(hours=1)
        self.world.vault_cookies[role] = begin_opening(
            self.session(), member, keys.private, session_id, later
        )

    def incident(self, record: Record) -> str:
        """A case, sealed as somebody without keys files it."""
        document = file_document(self.session(), "incident", as_bytes(record))
        row: Incident = self.add(Incident(state="submitted", document_id=document.id))
        return row.public_id

    def cases(self, whose: str) -> dict[str, str]:
        """Cases of a side; those of the own one concern the custodian, as somebody keeps away."""
        away = [new_public_id()] if whose == OWN else []
        persons = [RecordedPerson(id="p1", code="A1")]
        linked = self.incident(Record(persons=persons, declared=away))
        beside = self.incident(Record(persons=persons, declared=away))
        name = json.dumps({"legal_name": self.value("identity", whose)}).encode()
        identity = file_document(self.session(), "identity", name, compartment="identity")
        persons[0].identity = identity.public_id
        # A limit of time runs for her, for which the page of limits has a form.
        persons[0].exposed_at = utc_now()
        # Evidence leaves, and a paper for a court is asked about, only where she agreed to both.
        agreed = [
            CaseConsent(purpose=purpose, given=True, at=utc_now(), by="system", wording=VERSION)
            for purpose in ("court", "health")
        ]
        record = Record(
            persons=persons,
            consents=agreed,
            court_asks=asked_again(*(person.id for person in persons)),
            declared=away,
            narrative=self.value("incident", whose),
            asked_for=self.value("incident", whose),
            links=[Link(kind="incident", id=linked)],
            bail=[CashBail(id="b1", person="p1", amount=100000, receipt="17")],
            questioned_terms=[Term(id="t9", kind="pay", owed_by="p1")] if whose == OWN else [],
            holds=[Hold(id="h1", by=new_public_id(), at=utc_now(), reason="Asked for.")],
            proposals=[
                MemberProposal(
                    id="s1", act="hold", by=new_public_id(), at=utc_now(), reason="Served today."
                )
            ],
            interventions=[
                Intervention(id="i1", brief=new_public_id(), asked=[Asked(kind="release")])
            ],
        )
        record.place.place = self.value("incident", whose)
        record.evidence.append(self.evidence(whose))
        return {
            "evidence": record.evidence[0].document,
            "incident": self.incident(record),
            "incident_beside": beside,
            "incident_linked": linked,
            "identity_document": identity.public_id,
        }

    def stories(self, whose: str, writer: Account) -> dict[str, str]:
        """A told story, and one that waits for a second reader, of a case that may be told."""
        agreed = CaseConsent(
            purpose="forum_story", given=True, at=utc_now(), by="system", wording=VERSION
        )
        draft = StoryDraft(
            case=self.incident(Record(consents=[agreed], acts=[Act(id="a1", code="L1")])),
            title="Arrested without a charge",
            text=self.value("story.draft", whose),
            written_by=writer.public_id,
            state="waiting",
            audiences=["forum"],
        )
        told = Story(
            month=DAY.replace(day=1),
            language="en",
            title="Told",
            text="It was told.",
            for_forum=True,
            for_funders=True,
            beside_sealed=b"x",
        )
        return {
            "story": self.add(told).public_id,
            "story_draft": file_document(self.session(), "story", draft_bytes(draft)).public_id,
        }

    def incident_view(self, account: Account | None) -> str:
        """A saved view of somebody."""
        view = {
            "name": "Money",
            "filters": {"act": "M1"},
            "whose": account.public_id if account is not None else "",
            "shared": False,
        }
        made = file_document(self.session(), "incident.view", json.dumps(view).encode())
        return made.public_id

    def brief(self, account: Account, whose: str) -> str:
        row = MediationBrief(
            public_id=new_public_id(),
            account_id=account.id,
            runs_out_at=utc_now() + timedelta(days=7),
        )
        note = {"station": self.value("brief", whose), "requests": ["release"]}
        row.note_sealed = seal(json.dumps(note), kind="mediation.note", public_id=row.public_id)
        self.add(row)
        return row.public_id

    def evidence(self, whose: str) -> Evidence:
        """A sealed file with its copies, as its case lists it."""
        content, document, key = b"a picture", new_public_id(), new_key()
        place = SealingPlace("case", "evidence", document)
        copy = StoredCopy(code="png", size=len(content), sha256=sha256(content).hexdigest())
        for part in (ORIGINAL, CLEANED):
            sealed_file = b"".join(seal_file_under(key, place, part, [content]))
            self.world.files[file_key(document, part)] = sealed_file
        label = self.value("incident", whose)
        file = EvidenceFile(label=label, original=copy, cleaned=copy)
        file_document(self.session(), "evidence", evidence_bytes(file), public_id=document, key=key)
        return Evidence(document=document, number=1, label=label, kind="photo", size=1)

    # --- accounts -------------------------------------------------------------------------------

    def account(self, called: str, roles: list[str], person_id: int | None = None) -> Account:
        public_id = new_public_id()
        email = self.value("account.email", called).lower() + "@example.org"
        made = self.add(
            Account(
                public_id=public_id,
                name=self.value("account.name", called),
                email_sealed=seal(email, kind="account.email", public_id=public_id),
                email_lookup=email_key(email),
                password_hash=hash_password(PASSWORD),
                person_id=person_id,
                totp_sealed=seal("A" * 32, kind="account.totp", public_id=public_id),
                roles=[AccountRole(role=role) for role in roles],
            )
        )
        self.add(RecoveryCode(account_id=made.id, code_hash=code_hash("k3fx-09wm-7000-8000")))
        return made

    def twins(self, one: Person, other: Person) -> dict[str, str]:
        """Two who may be one, two who were told apart, and one who was merged."""
        first, second = sorted((one.id, other.id))
        pair = self.add(
            LikelyDuplicate(
                first_id=first,
                second_id=second,
                score=50,
                reasons=["same_phone", "other_name"],
                reason="same_phone",
            )
        )
        apart = self.add(NotTheSame(first_id=first, second_id=second, said_by="system"))
        merge = self.add(PersonMerge(gone=new_public_id(), kept_id=one.id, merged_by="system"))
        return {"pair": pair.public_id, "apart": apart.public_id, "merge": merge.public_id}

    def lists(self, owner: Account, whose: str) -> dict[str, str]:
        """One list that waits, and one that was added."""
        waiting, added = new_public_id(), new_public_id()
        name = self.value("person.name", whose)
        renewing.keep(waiting, "file", f"Name;Group;Age\n{name};Police;30\n;Police;x\n".encode())
        renewing.keep(added, "report", b"Row\r\n")
        choices = sealed_choices(Choices(), waiting)
        facts: dict[str, Any] = {"format": "csv", "created_by": owner.public_id}
        self.add(PeopleList(public_id=waiting, choices=choices, **facts))
        self.add(
            PeopleList(public_id=added, state="added", added_at=utc_now(), has_report=True, **facts)
        )
        return {"list": waiting, "list_added": added}

    def browser_mark(self, account: Account) -> str:
        made = self.add(
            BrowserMark(
                account_id=account.id,
                token_hash=token_hash(new_token()),
                expires_at=utc_now() + timedelta(days=9),
            )
        )
        return made.public_id

    def passkey(self, account: Account) -> str:
        made = self.add(
            Passkey(
                account_id=account.id,
                name="Phone",
                credential_key=token_hash(new_token()),
                credential_id=b"id",
                public_key=b"key",
            )
        )
        return made.public_id

    def request(self, account: Account, asked_by: Account, kind: str, state: str) -> str:
        public_id = new_public_id()
        self.add(
            AccountRequest(
                public_id=public_id,
                kind=kind,
                account_id=account.id,
                reason_sealed=seal("Lost.", kind="second_step_reset.reason", public_id=public_id),
                digest=digest_of(kind, {}, account),
                asked_by=asked_by.public_id,
                expires_at=utc_now() + timedelta(days=2),
                state=state,
                code_sealed=seal_code("1234-5678", public_id) if state == "agreed" else None,
            )
        )
        return public_id

    def notice(self, account: Account) -> str:
        return self.add(AccountNotice(account_id=account.id, kind="link_made")).public_id

    def session_of(self, account: Account, *, unfamiliar: bool = False) -> tuple[str, str]:
        token = new_token()
        row = self.add(
            SignedInSession(
                token_hash=token_hash(token),
                account_id=account.id,
                fresh_at=utc_now() + timedelta(hours=1),
                # So that no page touches it: what is stored changes only by what is asked for.
                last_seen_at=utc_now() + timedelta(hours=1),
                unfamiliar=unfamiliar,
            )
        )
        return row.public_id, token

    def cookie(self, account: Account) -> tuple[str, str]:
        row, token = self.session_of(account)
        browser = self.world.app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        kept = browser.get_cookie("session")
        assert kept is not None
        return kept.value, row

    def breach(self, account: Account) -> str:
        public_id, note_id = new_public_id(), new_public_id()
        made = self.add(
            Breach(
                public_id=public_id,
                account_id=account.id,
                what_sealed=seal(
                    self.value("breach", OTHER), kind="breach.what", public_id=public_id
                ),
                affected=["names"],
                unfinished=[],
                noticed_at=utc_now() - timedelta(hours=3),
                opened_by=account.public_id,
            )
        )
        self.add(
            BreachNote(
                public_id=note_id,
                breach_id=made.id,
                text_sealed=seal(
                    self.value("breach", OTHER), kind="breach.note", public_id=note_id
                ),
                by=account.public_id,
            )
        )
        return public_id

    def delegation(self, absent: Account, stand_in: Account) -> str:
        """To begin next week, so that nothing is lent while the matrix is asked."""
        first = absent if absent is not stand_in else self.other_director
        made = self.add(
            Delegation(
                absent_id=first.id,
                stand_in_id=stand_in.id,
                permissions=["certificates.approve"],
                reason="leave",
                starts_at=utc_now() + timedelta(days=7),
                ends_at=utc_now() + timedelta(days=9),
            )
        )
        public_id: str = made.public_id
        return public_id

    def invitation(self, account: Account) -> dict[str, str]:
        made: dict[str, str] = {}
        for name, account_id in (("invitation", None), ("password", account.id)):
            token = new_token()
            public_id = new_public_id()
            email = self.value("account.email", f"invited {name}").lower() + "@example.org"
            self.add(
                Invitation(
                    public_id=public_id,
                    token_hash=token_hash(token),
                    name=self.value("account.name", f"invited {name}"),
                    email_sealed=seal(email, kind="invitation.email", public_id=public_id),
                    email_lookup=email_key(email),
                    roles=["peer"] if account_id is None else [],
                    account_id=account_id,
                    invited_by="system",
                    expires_at=utc_now() + timedelta(days=3),
                )
            )
            made |= {name: public_id, f"{name}_token": token}
        return made

    def job(self, account: Account) -> str:
        made = self.add(
            Job(
                kind="certificates.print_file",
                title="Certificates, one print file",
                owner=account.public_id,
                state="waiting",
                arguments={"batch": "0000000000000000"},
            )
        )
        return made.public_id

    # --- people ---------------------------------------------------------------------------------

    def person(self, whose: str, group: Group) -> Person:
        public_id = new_public_id()
        name = self.value("person.name", whose)
        phone = f"+254{next(self._phones)}"
        self.world.values.append(Value(phone[4:], "person.contact", whose))
        email = self.value("person.contact", whose).lower() + "@example.org"
        made = self.add(
            Person(
                public_id=public_id,
                chosen_name=name,
                sort_name=name.lower(),
                printed_name=self.value("person.printed", whose),
                printed_name_confirmed_at=utc_now(),
                group_id=group.id,
                sex="female",
                cadre=self.value("person.facts", whose),
                ward=self.value("person.facts", whose),
                reference=self.value("person.facts", whose),
                language="en",
                phone_sealed=seal(phone, kind="person.phone", public_id=public_id),
                phone_lookup=lookup(phone, kind="phone"),
                email_sealed=seal(email, kind="person.email", public_id=public_id),
                email_lookup=lookup(email, kind="email"),
                created_by="system",
            )
        )
        for called in (name, made.printed_name):
            self.world.bearers[called.lower()] = Bearer(public_id, group.letter, whose)
        organisation = self.station if group.is_police else self.collective
        self.add(
            Posting(person_id=made.id, organisation_id=organisation.id, since=date(2025, 1, 1))
        )
        self.add(
            Consent(
                person_id=made.id,
                purpose="training",
                answer="given",
                text="As read out.",
                text_version="1",
                recorded_by="system",
            )
        )
        return made

    def message(self, person: Person) -> dict[str, str]:
        """A message of which nobody knows whether it arrived, and the secret that ends such."""
        public_id, token = new_public_id(), new_token()
        request = RenderedMessage(f"{public_id}@example.org", self.value("message.text", ""))
        sent = self.add(
            OutboxMessage(
                public_id=public_id,
                key=token_hash(token),
                channel="email",
                state="unknown",
                request_sealed=seal(request.written(), kind="message.request", public_id=public_id),
                due_at=utc_now(),
                created_at=utc_now(),
                claimed_at=utc_now(),
                stop_hash=stop_hash(token),
            )
        )
        told = self.add(
            Notice(
                person_id=person.id,
                kind="notices.call",
                event_key=f"call:{public_id}",
                message_id=sent.id,
            )
        )
        return {"message": told.public_id, "stop_token": token}

    # --- courses, workshops, certificates --------------------------------------------------------

    def version(self, course: Course, number: int, state: str, side: str) -> dict[str, Any]:
        kind = "course" if state == "published" else "draft"
        version = self.add(
            CourseVersion(
                course_id=course.id,
                number=number,
                language="en",
                public_title=self.value(kind, side),
                summary=self.value(kind, side),
                state=state,
                proposed_by="system" if state != "draft" else None,
                published_by="system" if state == "published" else None,
                published_at=utc_now() if state == "published" else None,
            )
        )
        module = self.add(Module(version_id=version.id, position=0, title=self.value(kind, side)))
        plan = self.add(
            SessionPlan(
                module_id=module.id,
                position=0,
                title=self.value(kind, side),
                minutes=60,
                notes=self.value(kind, side),
            )
        )
        file = self.add(MaterialFile(kind="pdf", size=9, sha256="0" * 64))
        self.world.files[f"materials/{file.public_id}"] = b"%PDF-1.7\n"
        material = self.add(
            PlanRow(plan_id=plan.id, kind="material", position=1, file=file.public_id)
        )
        return {"version": version, "module": module, "plan": plan, "material": material}

    def side(self, side: str, trainer: Account, people: list[Person]) -> dict[str, Any]:
        course = self.add(Course(name=self.value("course", side)))
        published = self.version(course, 1, "published", side)
        draft = self.version(course, 2, "draft", side)
        proposed = self.version(course, 3, "proposed", side)
        translation = self.version(course, 4, "draft", side)
        translation["version"].language = "sw"
        translation["version"].translates_id = published["version"].id
        for kind in ("module", "plan"):
            translation[kind].lineage = published[kind].lineage
        register = self.add(Register(purpose="workshop"))
        venue = self.add(
            # Whoever keeps the places sees their names, and sees no workshop.
            Venue(name=f"Hall of {side}", place="Kisumu", zone_id=self.zone.id)
        )
        funder = self.add(Funder(name=self.value("workshop.paid", side)))
        self.world.files[self.add(FunderMark(funder_id=funder.id)).key] = b"a picture"
        workshop = self.add(
            Workshop(
                version_id=published["version"].id,
                register_id=register.id,
                title=self.value("workshop", side),
                starts_on=DAY,
                ends_on=DAY,
                venue_id=venue.id,
                created_by=trainer.public_id,
            )
        )
        self.add(Facilitator(workshop_id=workshop.id, account_id=trainer.id, lead=True))
        self.add(
            Funding(
                workshop_id=workshop.id,
                funder_id=funder.id,
                share=100,
                budget_code=self.value("workshop.paid", side),
            )
        )
        line = self.add(
            BudgetLine(
                workshop_id=workshop.id,
                position=1,
                label=self.value("budget", side),
                driver="person_days",
                unit_cents=50_000,
                budget_code=self.value("budget", side),
                written_by=trainer.public_id,
            )
        )
        slots, sessions = [], []
        # Closed by somebody else, open, and confirmed.
        for number in range(3):
            slot = self.add(
                Slot(
                    register_id=register.id,
                    position=number,
                    starts_at=datetime(2026, 11, 16, 6 + 2 * number, tzinfo=UTC),
                    minutes=90,
                    closed_at=None if number == 1 else utc_now(),
                    closed_by=None if number == 1 else "system",
                    confirmed_at=utc_now() if number == 2 else None,
                    confirmed_by=trainer.public_id if number == 2 else None,
                )
            )
            slots.append(slot)
            sessions.append(
                self.add(
                    WorkshopSession(
                        workshop_id=workshop.id,
                        slot_id=slot.id,
                        plan_id=published["plan"].id,
                        title=self.value("workshop", side),
                    )
                )
            )
        entries, enrolments, rows = {}, {}, {"A": [], "B": []}
        for person in people:
            entry = self.add(RosterEntry(register_id=register.id, person_id=person.id))
            enrolment = self.add(
                Enrolment(workshop_id=workshop.id, person_id=person.id, roster_entry_id=entry.id)
            )
            self.add(
                AnswerLink(
                    enrolment_id=enrolment.id,
                    token_hash=token_hash(link := new_token()),
                    expires_at=utc_now() + timedelta(days=30),
                )
            )
            entries[person.public_id] = entry.public_id
            enrolments[person.public_id] = enrolment.public_id
            rows[self.world.bearers[person.chosen_name.lower()].letter].append(entry.public_id)
            for slot in slots:
                self.mark(slot, person, trainer)
        sheets = [
            self.add(
                Sheet(
                    register_id=register.id,
                    number=1 if group.is_police else 2,
                    group_id=group.id,
                    day=DAY,
                    rows=rows[group.letter],
                    columns=[{"heading": "08:00", "half": "", "slots": [slots[1].public_id]}],
                    printed_by=trainer.public_id,
                )
            )
            for group in (self.police, self.community)
        ]
        # Nobody signed, though everybody is marked present: a difference for each.
        self.add(
            SheetReading(
                sheet_id=sheets[1].id,
                ticks=[[] for _ in rows["B"]],
                read_by=trainer.public_id,
                read_at=utc_now(),
            )
        )
        scan = self.add(
            SheetScan(
                register_id=register.id,
                size=9,
                width=3,
                height=3,
                uploaded_by=trainer.public_id,
                uploaded_at=utc_now(),
            )
        )
        sealed = seal_file(
            io.BytesIO(b"a picture"), kind="attendance.scan", public_id=scan.public_id
        )
        self.world.files[f"scans/{register.public_id}/{scan.public_id}"] = b"".join(sealed)
        pad = self.pad(register, trainer)
        held, walk_in = self.from_phone(pad, register, slots[1], people[0])
        issued = self.batch(workshop, trainer, "issued")
        certificates = {
            person.public_id: self.certificate(issued, person, side) for person in people
        }
        proposed_batch = self.batch(workshop, trainer, "proposed")
        tests = self.tests(course, workshop, people, side)
        payouts = self.payouts(workshop, trainer, people)
        track, on_track = self.track(course, people)
        for person in people:
            self.add(
                Completion(
                    workshop_id=workshop.id,
                    person_id=person.id,
                    course_id=course.id,
                    group_id=person.group_id,
                    held_on=local_today(),
                    completed_on=local_today(),
                    minutes=60,
                    percentage=100,
                    met=True,
                    asked_on=local_today(),
                )
            )
        skill = self.add(
            TrainerSkill(
                account_id=trainer.id,
                course_id=course.id,
                level="co_teach",
                since=DAY,
                evidence="certificate",
                note="Training of trainers",
                granted_by="system",
            )
        )
        self.add(
            Announcement(
                workshop_id=workshop.id,
                told={
                    "first": workshop.starts_on.isoformat(),
                    "last": workshop.ends_on.isoformat(),
                    "begins": "08:30:00",
                    "venue": "",
                    "cancelled": False,
                },
                begun_by="system",
            )
        )
        return {
            "ids": {
                "course": course.public_id,
                "version": published["version"].public_id,
                "version_plan": published["plan"].public_id,
                "version_material": published["material"].public_id,
                "draft_material": draft["material"].public_id,
                "draft": draft["version"].public_id,
                "translation": translation["version"].public_id,
                "translation_plan": translation["plan"].public_id,
                "draft_module": draft["module"].public_id,
                "draft_plan": draft["plan"].public_id,
                "proposed": proposed["version"].public_id,
                "workshop": workshop.public_id,
                "budget_line": line.public_id,
                "answer_link": link,
                **self.sign_ups(workshop, trainer),
                "closed_session": sessions[0].public_id,
                "sheet": sheets[1].public_id,
                "scan": scan.public_id,
                "teaching": sessions[1].public_id,
                "pad": pad.public_id,
                "held": held.public_id,
                "walk_in": walk_in.public_id,
                "confirmed_session": sessions[2].public_id,
                "batch": issued.public_id,
                "proposed_batch": proposed_batch.public_id,
                **tests,
                **payouts,
                **self.evaluations(workshop),
                **track,
                "skilled": trainer.public_id,
                "skill": skill.public_id,
                **self.proposal(published["version"], trainer),
            },
            "on_track": on_track,
            "entries": entries,
            "enrolments": enrolments,
            "certificates": certificates,
            "funder": funder.public_id,
        }

    def sign_ups(self, workshop: Workshop, trainer: Account) -> dict[str, str]:
        """A link of a station and an open one, both past their time, so that a name waits in each
        and none is taken: what links open is tested where they are made."""
        made = {}
        for kind, group in (("quota", self.police), ("open", self.community)):
            token = new_token()
            link = self.add(
                SignUpLink(
                    workshop_id=workshop.id,
                    group_id=group.id,
                    organisation_id=self.station.id if kind == "quota" else None,
                    kind=kind,
                    most_rows=10,
                    token_hash=token_hash(token),
                    expires_at=utc_now() - timedelta(days=1),
                    made_by=trainer.public_id,
                )
            )
            public_id = new_public_id()
            row = self.add(
                SignUp(
                    public_id=public_id,
                    link_id=link.id,
                    typed_sealed=sealed_typed(Typed("Somebody put down"), public_id),
                    entered_on=DAY,
                )
            )
            made |= {f"{kind}_token": token, f"{kind}_link": link.public_id}
            made["put_down"] = row.public_id
        return made

    def proposal(self, version: CourseVersion, trainer: Account) -> dict[str, str]:
        """A proposal for a quarter with a line that has no place."""
        made = self.add(
            QuarterProposal(
                first=DAY,
                last=DAY + timedelta(days=80),
                weekdays=[0, 1, 2, 3, 4],
                day_starts_at=time(8, 30),
                day_ends_at=time(16, 30),
                trainers=1,
                most_minutes=90,
                made_by=trainer.public_id,
            )
        )
        line = self.add(
            QuarterLine(
                proposal_id=made.id,
                version_id=version.id,
                group_id=self.community.id,
                days=1,
                people=5,
                stations=[[self.station.public_id, 5]],
            )
        )
        return {"proposal": made.public_id, "proposal_line": line.public_id}

    def tests(
        self, course: Course, workshop: Workshop, people: list[Person], side: str
    ) -> dict[str, str]:
        """A question of the course, a test that everybody answered in her own words, and one that
        nobody did."""
        question = self.add(Question(course_id=course.id, kind="short_text"))
        revision = self.add(
            QuestionRevision(
                question_id=question.id,
                number=1,
                language="en",
                texts={"en": self.value("question", side)},
                options=[],
                created_by="system",
            )
        )
        scale = self.add(Question(course_id=course.id, kind="scale"))
        scale_revision = self.add(
            QuestionRevision(
                question_id=scale.id,
                number=1,
                language="en",
                texts={"en": self.value("question", side)},
                options=[],
                created_by="system",
            )
        )
        made = {}
        for moment in ("before", "after"):
            now = utc_now() if moment == "before" else None
            test = self.add(
                WorkshopTest(
                    workshop_id=workshop.id,
                    moment=moment,
                    opens_at=now,
                    closes_at=now and now + timedelta(days=1),
                    hall_code=f"{side[:3].upper()}123" if now else None,
                    created_by="system",
                )
            )
            made[moment] = (
                test,
                self.add(AskedQuestion(test_id=test.id, revision_id=revision.id, position=1)),
            )
        scale_asked = self.add(
            AskedQuestion(test_id=made["before"][0].id, revision_id=scale_revision.id, position=2)
        )
        for person in people:
            public_id = new_public_id()
            said = seal(self.value("answer", side), kind=TEXT_KIND, public_id=public_id)
            self.add(
                GivenAnswer(
                    public_id=public_id,
                    op_id=new_public_id(),
                    asked_id=made["before"][1].id,
                    person_id=person.id,
                    text_sealed=said,
                    source="phone",
                    given_at=utc_now(),
                    received_at=utc_now(),
                )
            )
        told_id = new_public_id()
        told = seal(self.value("practice", side), kind=PRACTICE_KIND, public_id=told_id)
        self.add(
            PracticeAnswer(
                public_id=told_id,
                workshop_id=workshop.id,
                person_id=people[0].id,
                told_by="mentor",
                text_sealed=told,
                op_id=new_public_id(),
                given_at=utc_now(),
            )
        )
        return {
            "told": told_id,
            "question": question.public_id,
            "test": made["before"][0].public_id,
            "new_test": made["after"][0].public_id,
            "scale_asked": scale_asked.public_id,
        }

    def pad(self, register: Register, trainer: Account) -> Pad:
        private, point = new_pair()
        key = self.add(PadKey(private_sealed=private, public_point=point))
        return self.add(
            Pad(
                register_id=register.id,
                account_id=trainer.id,
                key_id=key.id,
                signing_key=point,
                ends_at=utc_now() + timedelta(days=7),
            )
        )

    # --- evaluations ----------------------------------------------------------------------------

    def evaluations(self, workshop: Workshop) -> dict[str, str]:
        """A form that is not open yet with two questions, one that is open, and a closed one."""
        made = {
            state: self.add(
                EvaluationForm(
                    workshop_id=workshop.id,
                    day=None,
                    state=state,
                    closes_at=utc_now() + timedelta(hours=1),
                    closed_at=utc_now(),
                    answered=5,
                    created_by="system",
                )
            )
            for state in ("draft", "open", "closed")
        }
        questions = [
            self.add(
                EvaluationQuestion(
                    form_id=form.id, position=place, kind=kind, texts={"en": "Well?"}
                )
            )
            for form in made.values()
            for place, kind in enumerate(("comment", "scale"), 1)
        ]
        box = empty_box(slots_for(1), 200)
        made["open"].public_key = make_form_key(made["open"].public_id)
        self.add(
            EvaluationBox(
                form_id=made["open"].id,
                slots=box.slots,
                piece=box.piece,
                salt=box.salt,
                body=box.body,
            )
        )
        self.add(EvaluationCount(question_id=questions[-1].id, option="5", count=5))
        return {
            "evaluation": made["draft"].public_id,
            "evaluation_question": questions[1].public_id,
            "open_evaluation": made["open"].public_id,
            "closed_evaluation": made["closed"].public_id,
        }

    # --- tracks ---------------------------------------------------------------------------------

    def track(
        self, course: Course, people: list[Person]
    ) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """A track on which everybody is, with a version in each state, and a later one to which she
        can be moved; and what there is of each, by person."""
        track = self.add(Track(name=f"Way {new_public_id()}", course_id=course.id))
        leaf = {"is": "role", "role": "mentor", "months": 6}
        versions = {
            state: self.add(
                TrackVersion(track_id=track.id, number=number, tree={"all": [leaf]}, state=state)
            )
            for number, state in enumerate(("published", "draft", "proposed"), 1)
        }
        later = {"all": [{**leaf, "months": 12}]}
        self.add(TrackVersion(track_id=track.id, number=4, tree=later, state="published"))
        on_track = {}
        for person in people:
            enrolment = self.add(
                TrackEnrolment(
                    track_id=track.id,
                    version_id=versions["published"].id,
                    person_id=person.id,
                    enrolled_by="system",
                    batch=new_public_id(),
                )
            )
            fact = SeenFact(
                person_id=person.id,
                kind="role",
                about="mentor",
                day=DAY,
                seen_by="system",
                entered_by="system",
            )
            visit = SupervisionVisit(
                track_id=track.id,
                version_id=versions["published"].id,
                person_id=person.id,
                kind="visit",
                day=DAY,
                supervisor="system",
                observed={},
                entered_by="system",
            )
            on_track[person.public_id] = {
                "track_visit": self.add(visit).public_id,
                "seen_fact": self.add(fact).public_id,
                "track_batch": enrolment.batch,
            }
        return {
            "track": track.public_id,
            "track_version": versions["published"].public_id,
            "track_draft": versions["draft"].public_id,
            "track_proposed": versions["proposed"].public_id,
        }, on_track

    # --- payouts --------------------------------------------------------------------------------

    def payouts(self, workshop: Workshop, trainer: Account, people: list[Person]) -> dict[str, str]:
        """A list that is paid, one that waits, and another workshop that claims the same day."""
        beside = self.add(
            Workshop(
                version_id=workshop.version_id,
                register_id=self.add(Register(purpose="workshop")).id,
                title="Beside",
                starts_on=DAY,
                ends_on=DAY,
                created_by="system",
            )
        )
        payee = self.add(
            Payee(
                workshop_id=workshop.id,
                name="Driver",
                role="driver",
                band="Near",
                days=[DAY.isoformat()],
                added_by=trainer.public_id,
            )
        )
        paid = self.payout_list(workshop, trainer, "approved", 1, people)
        waits = self.payout_list(workshop, trainer, "proposed", 2, people)
        self.payout_list(beside, trainer, "proposed", 1, people)
        sheet = self.add(PaymentSheet(list_id=paid.id, letter="B", number=1))
        file = self.add(
            PayoutFile(
                list_id=paid.id,
                number=1,
                count=1,
                total_cents=50_000,
                digest="0" * 64,
                made_by=trainer.public_id,
            )
        )
        # Another trainer says that what the file sent did not arrive.
        reversal = self.add(PayoutReversal(list_id=paid.id, proposed_by="another"))
        self.add(
            ReversalLine(
                reversal_id=reversal.id,
                line_id=paid.lines[0].id,
                file_id=file.id,
                before="sent",
                after="failed",
            )
        )
        return {
            "payout_reversal": reversal.public_id,
            "payout_list": paid.public_id,
            "proposed_payout_list": waits.public_id,
            "payment": paid.lines[0].public_id,
            "payment_sheet": sheet.public_id,
            "payout_file": file.public_id,
            "payee": payee.public_id,
            "claim_beside": beside.public_id,
        }

    def payout_list(
        self, workshop: Workshop, trainer: Account, state: str, number: int, people: list[Person]
    ) -> PayoutList:
        made = self.add(
            PayoutList(
                workshop_id=workshop.id,
                table_id=self.rates.id,
                number=number,
                state=state,
                total_cents=50_000 * len(people),
                proposed_by=trainer.public_id,
                approved_by="system" if state == "approved" else None,
                approved_at=utc_now() if state == "approved" else None,
            )
        )
        for position, person in enumerate(people, 1):
            line = self.add(
                PayoutLine(
                    list_id=made.id,
                    person_id=person.id,
                    position=position,
                    group_letter=self.world.bearers[person.chosen_name.lower()].letter,
                    role="participant",
                    band="Near",
                    units=100,
                    rate_cents=50_000,
                    extra_cents=0,
                    due_cents=50_000,
                    before_cents=0,
                    amount_cents=50_000,
                    reference=new_token()[:10],
                )
            )
            self.add(PayoutDay(line_id=line.id, day=DAY))
        return made

    def from_phone(
        self, pad: Pad, register: Register, slot: Slot, person: Person
    ) -> tuple[HeldItem, WalkIn]:
        """A note that waits for a decision, and somebody who walked in."""
        op_id = new_token()[:36]
        note = {"kind": "note", "op_id": op_id, "text": "Left early", "at": utc_now().isoformat()}
        public_id = new_public_id()
        sent = {"op_id": op_id, "device_time": utc_now(), "received_at": utc_now()}
        held = self.add(
            HeldItem(
                public_id=public_id,
                register_id=register.id,
                pad_id=pad.id,
                device_sequence=1,
                kind="note",
                why="ended",
                slot=slot.public_id,
                operation_sealed=sealed_operation(json.dumps(note).encode(), public_id),
                sent_by=pad.public_id,
                **sent,
            )
        )
        came = self.add(
            WalkIn(register_id=register.id, person_id=person.id, taken_by=pad.public_id, **sent)
        )
        return held, came

    def enrol_only(self, person: Person, trainer: Account) -> None:
        """Enrol somebody who neither answered nor came."""
        workshop = self.session.scalars(
            select(Workshop).where(Workshop.created_by == trainer.public_id)
        ).one()
        self.add(Enrolment(workshop_id=workshop.id, person_id=person.id, state="invited"))

    def contact_request(self, person: Person, by: Account) -> str:
        public_id = new_public_id()
        made = self.add(
            ContactRequest(
                public_id=public_id,
                asked_by=by.public_id,
                reason_sealed=seal("To call", kind="contact.request", public_id=public_id),
            )
        )
        self.add(ContactRequestPerson(request_id=made.id, person_id=person.id))
        return public_id

    def erasure(self, person: Person, by: Account) -> str:
        public_id = new_public_id()
        self.add(
            ErasureRequest(
                public_id=public_id,
                person_id=person.id,
                asked_on=date(2026, 11, 2),
                due_on=date(2026, 11, 9),
                asked_by=by.public_id,
            )
        )
        return public_id

    def mark(self, slot: Slot, person: Person, trainer: Account) -> None:
        self.add(Mark(slot_id=slot.id, person_id=person.id, status="present"))
        self.add(
            MarkOperation(
                op_id=new_token()[:36],
                slot_id=slot.id,
                person_id=person.id,
                status="present",
                expected_version=0,
                device_time=slot.starts_at,
                received_at=slot.starts_at,
                marked_by=trainer.public_id,
                answer="applied",
                version=1,
            )
        )

    def batch(self, workshop: Workshop, trainer: Account, state: str) -> CertificateBatch:
        issued = state == "issued"
        return self.add(
            CertificateBatch(
                workshop_id=workshop.id,
                rule_id=self.rule.id,
                state=state,
                proposed_by=trainer.public_id,
                approved_by="system" if issued else None,
                issued_by=trainer.public_id if issued else None,
                issued_at=utc_now() if issued else None,
            )
        )

    def design_image(self, name: str) -> str:
        """A seal of a design, not in use yet."""
        design = self.session.scalars(select(Design).where(Design.public_id == name)).one()
        image = self.add(DesignImage(design_id=design.id, use="seal", created_by="system"))
        design.content = {**design.content, "seal": image.public_id}
        self.world.files[image.key] = b"a picture"
        return image.public_id

    def signature_use(self, account: Account) -> str:
        """A signature, allowed on the modern design."""
        public_id = new_public_id()
        signature = self.add(
            SignatureImage(
                public_id=public_id,
                account_id=account.id,
                sealed=seal(b"a picture", kind="signature", public_id=public_id),
            )
        )
        design = self.session.scalars(select(Design).where(Design.public_id == "modern")).one()
        return self.add(SignatureUse(signature_id=signature.id, design_id=design.id)).public_id

    def certificate(self, batch: CertificateBatch, person: Person, side: str) -> str:
        import random

        bearer = self.world.bearers[person.chosen_name.lower()]
        made = self.add(
            Certificate(
                batch_id=batch.id,
                person_id=person.id,
                serial=new_serial(random.Random(person.id).choice),
                printed_name=self.value("certificate", bearer.whose),
                public_title=batch.workshop.version.public_title,
                minutes=180,
                issued_on=DAY,
            )
        )
        self.world.bearers[made.printed_name.lower()] = bearer
        return made.public_id

    def holder_link(self, person: Person) -> dict[str, str]:
        token = new_token()
        made = self.add(
            HolderLink(
                person_id=person.id,
                token_hash=token_hash(token),
                made_by="system",
                expires_at=utc_now() + timedelta(days=3),
            )
        )
        return {"holder_link": made.public_id, "holder_token": token}

    # --- forums ---------------------------------------------------------------------------------

    def forum(self, side: str, secretary: Account, people: list[Person]) -> dict[str, Any]:
        forum = self.add(Forum(name=self.value("forum", side), secretary_id=secretary.id))
        register = self.add(Register(purpose="meeting"))
        slot = self.add(
            Slot(
                register_id=register.id,
                position=0,
                starts_at=datetime(2026, 11, 18, 6, tzinfo=UTC),
                minutes=120,
            )
        )
        members, actions, terms, entries = {}, {}, {}, {}
        for person in people:
            member = self.add(
                ForumMember(forum_id=forum.id, person_id=person.id, appears="counted")
            )
            members[person.public_id] = member
            entry = self.add(RosterEntry(register_id=register.id, person_id=person.id))
            entries[person.public_id] = entry.public_id
            self.add(Mark(slot_id=slot.id, person_id=person.id, status="present"))
            self.add(PresenceSpell(entry_id=entry.id, arrived_at=slot.starts_at, noted_by="system"))
            terms[person.public_id] = self.add(
                ForumTerm(member_id=member.id, office="Chair", begins_on=date(2026, 1, 1))
            ).public_id
        meeting = self.add(
            Meeting(
                forum_id=forum.id,
                register_id=register.id,
                starts_at=slot.starts_at,
                place=self.value("forum", side),
            )
        )
        item = self.add(
            AgendaItem(
                meeting_id=meeting.id,
                position=0,
                title=self.value("forum", side),
                minute=self.value("forum", side),
            )
        )
        line = self.add(InternalLine(item_id=item.id, digest=line_digest(item.minute)))
        difference = self.add(
            MinutesDifference(
                item_id=item.id,
                page=new_public_id(),
                part="minute",
                before="",
                stands=item.minute,
                other=self.value("forum", side),
                written_by=secretary.public_id,
            )
        )
        taken = self.add(Decision(item_id=item.id, text=self.value("forum", side)))
        self.add(
            DecisionPresence(
                decision_id=taken.id,
                group_id=self.community.id,
                noted_at=slot.starts_at,
                members=2,
                present=1,
                needed=1,
                counted_out=1,
            )
        )
        someone = next(iter(members.values())).id
        self.add(ItemConflict(item_id=item.id, member_id=someone, declared_at=slot.starts_at))
        self.add(
            MeetingAnswer(
                meeting_id=meeting.id,
                member_id=someone,
                answer="yes",
                answered_at=slot.starts_at,
                answered_by="system",
            )
        )
        quorum = self.add(
            ForumQuorum(
                forum_id=forum.id,
                holds_from=date(2026, 1, 1),
                groups=[ForumQuorumGroup(group_id=self.community.id, share="half")],
            )
        )
        paper = self.forum_file(
            AgendaPaper(item_id=item.id, title=self.value("forum", side), kind="pdf", size=9)
        )
        for person in people:
            actions[person.public_id] = self.add(
                Action(
                    item_id=item.id,
                    text=self.value("forum", side),
                    owner_id=members[person.public_id].id,
                    due_on=DAY,
                )
            ).public_id
        held = self.held_meeting(forum, side)
        circulated = self.circulated_minutes(forum, side, people, members)
        locked, leaves = self.locked_minutes(forum, side, people, members)
        held_item = self.session.scalars(
            select(AgendaItem).where(AgendaItem.meeting_id == held.id)
        ).one()
        decision = self.add(Decision(item_id=held_item.id, text=self.value("forum", side)))
        hoped = self.value("forum", side)
        self.add(DecisionReview(decision_id=decision.id, expected=hoped, look_on=DAY))
        carried = {
            person.public_id: self.carried_action(held_item, members[person.public_id], side)
            for person in people
        }
        series = self.add(
            Series(
                forum_id=forum.id,
                repeats="weekly",
                first=date(2031, 2, 5),
                weekdays=[2],
                count=2,
                created_by=secretary.public_id,
                dates=[
                    SeriesDate(named=date(2031, 2, 5), meeting_id=meeting.id),
                    SeriesDate(named=date(2031, 2, 12)),
                ],
            )
        )
        return {
            "ids": {
                "held_meeting": held.public_id,
                "series": series.public_id,
                "series_date": series.dates[0].public_id,
                "forum": forum.public_id,
                "meeting": meeting.public_id,
                "item": item.public_id,
                "taken_decision": taken.public_id,
                "quorum": quorum.public_id,
                "internal_line": line.public_id,
                "minutes_difference": difference.public_id,
                **circulated,
                "locked_meeting": locked,
                "paper": paper.public_id,
                "decision": decision.public_id,
            },
            "leaves": leaves,
            "members": {key: member.public_id for key, member in members.items()},
            "actions": actions,
            "carried": carried,
            "terms": terms,
            "entries": entries,
        }

    def carried_action(self, item: AgendaItem, owner: ForumMember, side: str) -> dict[str, str]:
        text = self.value("forum", side)
        action = self.add(Action(item_id=item.id, text=text, owner_id=owner.id, due_on=DAY))
        note = ActionNote(action_id=action.id, text=text, by_owner=True, kind="pdf", size=9)
        link = self.add(ActionLink(action_id=action.id, kind="station", target=new_public_id()))
        return {
            "held_action": action.public_id,
            "note": self.forum_file(note).public_id,
            "action_link": link.public_id,
        }

    def forum_file(self, row: Any) -> Any:
        self.add(row)
        sealed = seal_file(io.BytesIO(b"%PDF-1.7\n"), kind="forums.file", public_id=row.public_id)
        self.world.files[f"forum-files/{row.public_id}"] = b"".join(sealed)
        return row

    def circulated_minutes(
        self, forum: Forum, side: str, people: list[Person], members: dict[str, ForumMember]
    ) -> dict[str, str]:
        meeting = self.held_meeting(forum, side, 15)
        item = self.session.query(AgendaItem).filter_by(meeting_id=meeting.id).one()
        slot = self.session.query(Slot).filter_by(register_id=meeting.register_id).one()
        for person in people:
            self.add(RosterEntry(register_id=meeting.register_id, person_id=person.id))
            self.add(Mark(slot_id=slot.id, person_id=person.id, status="present"))
        self.add(
            MinutesLife(meeting_id=meeting.id, state="circulated", remarks_until=date(2099, 12, 31))
        )
        remark = self.add(
            MinutesRemark(
                item_id=item.id,
                member_id=members[people[0].public_id].id,
                text=self.value("forum", side),
                written_at=utc_now(),
            )
        )
        return {
            "circulated_meeting": meeting.public_id,
            "circulated_item": item.public_id,
            "remark": remark.public_id,
        }

    def locked_minutes(
        self, forum: Forum, side: str, people: list[Person], members: dict[str, ForumMember]
    ) -> tuple[str, dict[str, str]]:
        meeting = self.held_meeting(forum, side, 13)
        head = {"forum": forum.name, "starts_at": meeting.starts_at.isoformat(), "place": ""}
        named = [MinutesPart("name", {"shown": self.value("forum", side)}) for _ in people]
        group = {
            "group": "A",
            "members": len(people),
            "counts": {},
            "named": {"present": len(people)},
        }
        parts = [MinutesPart("meeting", head), MinutesPart("group", group), *named]
        leaves = leaves_of([(part.kind, part.value) for part in parts], lambda: bytes(16))
        found: dict[str, str] = {}
        for place, leaf in enumerate(leaves):
            row = self.add(
                MinutesLeaf(
                    meeting_id=meeting.id,
                    place=place,
                    kind=leaf.kind,
                    digest=leaf.digest,
                    value=leaf.value,
                    salt=leaf.salt.hex() if leaf.salt else None,
                )
            )
            if leaf.kind == "name":
                person = people[place - 2]
                self.add(NamedLeaf(leaf_id=row.id, member_id=members[person.public_id].id))
                found[person.public_id] = row.public_id
        self.add(
            MinutesLife(
                meeting_id=meeting.id, state="locked", root=root_of(meeting.public_id, leaves)
            )
        )
        self.forum_file(
            SignedCopy(meeting_id=meeting.id, kind="pdf", size=9, added_at=meeting.starts_at)
        )
        return meeting.public_id, found

    def held_meeting(self, forum: Forum, side: str, day: int = 14) -> Meeting:
        register = self.add(Register(purpose="meeting"))
        self.add(
            Slot(
                register_id=register.id,
                position=0,
                starts_at=datetime(2026, 10, day, 6, tzinfo=UTC),
                minutes=120,
                closed_at=utc_now(),
                closed_by="system",
            )
        )
        meeting = self.add(
            Meeting(
                forum_id=forum.id,
                register_id=register.id,
                starts_at=datetime(2026, 10, day, 6, tzinfo=UTC),
                place=self.value("forum", side),
                state="held",
                held_at=utc_now(),
            )
        )
        self.add(
            AgendaItem(
                meeting_id=meeting.id,
                position=0,
                title=self.value("forum", side),
                minute=self.value("forum", side),
            )
        )
        return meeting
