"""The declaration of releases."""

from __future__ import annotations

from kash.feature import Feature
from kash.releases import blueprint, models

FEATURE = Feature("releases", modules=(models,), blueprints=(blueprint,), parts=())
