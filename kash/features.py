"""The features of the application, from the bottom of the house to its top."""

from __future__ import annotations

from kash.accounts.feature import FEATURE as ACCOUNTS
from kash.announcements.feature import FEATURE as ANNOUNCEMENTS
from kash.api.feature import FEATURE as API
from kash.archive.feature import FEATURE as ARCHIVE
from kash.assessments.feature import FEATURE as ASSESSMENTS
from kash.attendance.feature import FEATURE as ATTENDANCE
from kash.availability.feature import FEATURE as AVAILABILITY
from kash.budget.feature import FEATURE as BUDGET
from kash.calendar.feature import FEATURE as CALENDAR
from kash.certificates.feature import FEATURE as CERTIFICATES
from kash.clashes.feature import FEATURE as CLASHES
from kash.connections.feature import FEATURE as CONNECTIONS
from kash.coverage.feature import FEATURE as COVERAGE
from kash.demo.feature import FEATURE as DEMO
from kash.desk.feature import FEATURE as DESK
from kash.dhis2.feature import FEATURE as DHIS2
from kash.evaluations.feature import FEATURE as EVALUATIONS
from kash.feature import Feature
from kash.feeds.feature import FEATURE as FEEDS
from kash.forums.feature import FEATURE as FORUMS
from kash.funder_reports.feature import FEATURE as FUNDER_REPORTS
from kash.funders.feature import FEATURE as FUNDERS
from kash.handbook.feature import FEATURE as HANDBOOK
from kash.history.feature import FEATURE as HISTORY
from kash.holidays.feature import FEATURE as HOLIDAYS
from kash.incidents.feature import FEATURE as INCIDENTS
from kash.indicators.feature import FEATURE as INDICATORS
from kash.invitations.feature import FEATURE as INVITATIONS
from kash.kobo.feature import FEATURE as KOBO
from kash.members.feature import FEATURE as MEMBERS
from kash.notices.feature import FEATURE as NOTICES
from kash.overview.feature import FEATURE as OVERVIEW
from kash.payouts.feature import FEATURE as PAYOUTS
from kash.people.feature import FEATURE as PEOPLE
from kash.platform.feature import PLATFORM
from kash.quarters.feature import FEATURE as QUARTERS
from kash.releases.feature import FEATURE as RELEASES
from kash.reports.feature import FEATURE as REPORTS
from kash.series.feature import FEATURE as SERIES
from kash.skills.feature import FEATURE as SKILLS
from kash.statements.feature import FEATURE as STATEMENTS
from kash.stories.feature import FEATURE as STORIES
from kash.tracks.feature import FEATURE as TRACKS
from kash.training.feature import FEATURE as TRAINING
from kash.trends.feature import FEATURE as TRENDS
from kash.workshops.feature import FEATURE as WORKSHOPS

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
    HISTORY,
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
