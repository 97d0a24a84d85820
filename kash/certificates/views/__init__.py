"""Pages of the certificates room, one module for each noun."""

from kash.certificates.views import batches, certificates, verification, workshop
from kash.certificates.views.joining import join_other_rooms

__all__ = ["batches", "certificates", "join_other_rooms", "verification", "workshop"]
