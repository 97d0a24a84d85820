"""Pages of incidents. Each noun's views are imported on a line of their own."""

from kash.incidents.views import cases as addresses  # isort: split

from kash.incidents.views import casework as decisions
from kash.incidents.views import consents, documentation, evidence, filing, history, near
from kash.incidents.views import mediation as bail
