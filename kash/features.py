"""The features of the application, from the bottom of the house to its top."""

from __future__ import annotations

from kash.accounts.feature import FEATURE as ACCOUNTS
from kash.accounts.members.feature import FEATURE as MEMBERS
from kash.assessments.evaluations.feature import FEATURE as EVALUATIONS
from kash.assessments.feature import FEATURE as ASSESSMENTS
from kash.assessments.reports.feature import FEATURE as REPORTS
from kash.attendance.feature import FEATURE as ATTENDANCE
from kash.certificates.coverage.feature import FEATURE as COVERAGE
from kash.certificates.feature import FEATURE as CERTIFICATES
from kash.certificates.skills.feature import FEATURE as SKILLS
from kash.certificates.tracks.feature import FEATURE as TRACKS
from kash.desk.demo.feature import FEATURE as DEMO
from kash.desk.feature import FEATURE as DESK
from kash.exchange.api.feature import FEATURE as API
from kash.exchange.archive.feature import FEATURE as ARCHIVE
from kash.exchange.dhis2.feature import FEATURE as DHIS2
from kash.exchange.funder_reports.feature import FEATURE as FUNDER_REPORTS
from kash.exchange.kobo.feature import FEATURE as KOBO
from kash.exchange.overview.feature import FEATURE as OVERVIEW
from kash.feature import Feature
from kash.figures.funders.feature import FEATURE as FUNDERS
from kash.figures.indicators.feature import FEATURE as INDICATORS
from kash.figures.releases.feature import FEATURE as RELEASES
from kash.figures.statements.feature import FEATURE as STATEMENTS
from kash.figures.trends.feature import FEATURE as TRENDS
from kash.forums.feature import FEATURE as FORUMS
from kash.forums.stories.feature import FEATURE as STORIES
from kash.incidents.feature import FEATURE as INCIDENTS
from kash.money.budget.feature import FEATURE as BUDGET
from kash.money.payouts.feature import FEATURE as PAYOUTS
from kash.people.connections.feature import FEATURE as CONNECTIONS
from kash.people.feature import FEATURE as PEOPLE
from kash.people.notices.feature import FEATURE as NOTICES
from kash.planning.calendar.feature import FEATURE as CALENDAR
from kash.planning.clashes.feature import FEATURE as CLASHES
from kash.planning.feeds.feature import FEATURE as FEEDS
from kash.planning.quarters.feature import FEATURE as QUARTERS
from kash.planning.series.feature import FEATURE as SERIES
from kash.platform.feature import PLATFORM
from kash.platform.handbook.feature import FEATURE as HANDBOOK
from kash.training.feature import FEATURE as TRAINING
from kash.workshops.announcements.feature import FEATURE as ANNOUNCEMENTS
from kash.workshops.availability.feature import FEATURE as AVAILABILITY
from kash.workshops.feature import FEATURE as WORKSHOPS
from kash.workshops.holidays.feature import FEATURE as HOLIDAYS
from kash.workshops.invitations.feature import FEATURE as INVITATIONS

FEATURES: tuple[Feature, ...] = (
    PLATFORM,
    ACCOUNTS,
    HOLIDAYS,
    PEOPLE,
    AVAILABILITY,
    NOTICES,
    CONNECTIONS,
    MEMBERS,
    TRAINING,
    ATTENDANCE,
    WORKSHOPS,
    ANNOUNCEMENTS,
    INVITATIONS,
    ASSESSMENTS,
    EVALUATIONS,
    REPORTS,
    PAYOUTS,
    BUDGET,
    TRACKS,
    CERTIFICATES,
    COVERAGE,
    SKILLS,
    FUNDERS,
    INDICATORS,
    STATEMENTS,
    INCIDENTS,
    RELEASES,
    TRENDS,
    STORIES,
    FORUMS,
    CLASHES,
    SERIES,
    QUARTERS,
    FUNDER_REPORTS,
    DHIS2,
    KOBO,
    API,
    OVERVIEW,
    FEEDS,
    CALENDAR,
    ARCHIVE,
    DESK,
    HANDBOOK,
    DEMO,
)
