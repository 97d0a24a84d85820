"""The declaration of indicators."""

from __future__ import annotations

from kash.feature import Feature
from kash.indicators.merging import REFERENCES
from kash.indicators.personal import PERSONAL

FEATURE = Feature("indicators", parts=(*REFERENCES, *PERSONAL))
