"""Pages of incidents. Each noun's views are imported on a line of their own."""

# First: the others use its converter.
from kash.incidents.views import addresses as addresses  # isort: split

from kash.incidents.views import bail as bail
from kash.incidents.views import briefs as briefs
from kash.incidents.views import case_file as case_file
from kash.incidents.views import cases as cases
from kash.incidents.views import consents as consents
from kash.incidents.views import court_asks as court_asks
from kash.incidents.views import decisions as decisions
from kash.incidents.views import documentation as documentation
from kash.incidents.views import duty as duty
from kash.incidents.views import evidence as evidence
from kash.incidents.views import filing as filing
from kash.incidents.views import following_up as following_up
from kash.incidents.views import her_choice as her_choice
from kash.incidents.views import history as history
from kash.incidents.views import identities as identities
from kash.incidents.views import identity_requests as identity_requests
from kash.incidents.views import limits as limits
from kash.incidents.views import links as links
from kash.incidents.views import mediation as mediation
from kash.incidents.views import officers as officers
from kash.incidents.views import outside as outside
from kash.incidents.views import receipts as receipts
from kash.incidents.views import register as register
from kash.incidents.views import second_member as second_member
from kash.incidents.views import steps as steps
