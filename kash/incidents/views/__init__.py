"""Pages of incidents. Each noun's views are imported on a line of their own."""

from kash.incidents.views import cases as cases
