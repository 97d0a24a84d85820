"""The tables of incidents: as little as can be said in clear."""

from kash.incidents.models.alerts import Alert, OfficerDuty, OfficerDutyHours
from kash.incidents.models.incidents import Incident, IncidentDraft, IncidentDraftScreen
from kash.incidents.models.letterbox import Letterbox
from kash.incidents.models.mediation import Duty, DutyHours, DutyStation, MediationBrief
from kash.incidents.models.quota import FilingQuota
