"""Pages of stories."""

from kash.stories.views import drafts as drafts
from kash.stories.views import told as told
