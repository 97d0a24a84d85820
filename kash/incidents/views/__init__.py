"""Pages of incidents. Each noun's views are imported on a line of their own."""

from kash.incidents.views import briefs as briefs
from kash.incidents.views import cases as cases
from kash.incidents.views import duty as duty
from kash.incidents.views import mediation as mediation
from kash.incidents.views import documentation as documentation
