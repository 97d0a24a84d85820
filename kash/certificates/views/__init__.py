"""Pages of the certificates room, one module for each noun."""

from kash.certificates.views import certificates as batches
from kash.certificates.views import designs as badges
from kash.certificates.views import published as holders
from kash.certificates.views import sections as workshop
