"""The form on which a material gets a file."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField

from kash.platform.web import KashForm


class MaterialFileForm(KashForm):
    """A file that is chosen."""

    file = FileField(_l("File of the material"))
