"""The press makes paper: certificates and paged documents, as tagged PDF.

It knows nothing of the features that ask for paper. A caller describes what is to be printed in
small frozen values; the press sets it in a child process of its own, under limits of time and
memory, and gives back bytes. What a caller hands over appears in no log and no error message.
"README.md" beside this file shows each call and the classes that a document's markup may use.
"""

from kash.platform.press.badges import Badge, SheetFormat, badges, cards, sheet_format
from kash.platform.press.certificate_values import (
    CertificateDesign,
    CertificateEntry,
    CertificatePage,
    CertificateWording,
    DesignName,
    FunderPicture,
    OwnDesign,
    Signatory,
)
from kash.platform.press.certificates import (
    print_file,
    print_pieces,
    single_files,
    zip_file,
    zip_file_pieces,
)
from kash.platform.press.child_process import (
    Progress,
    RenderError,
    RenderFailed,
    RenderLimits,
    RenderOverflow,
    RenderTimeout,
    RenderTooLarge,
    start_ahead,
)
from kash.platform.press.documents import (
    DocumentKind,
    PagedDocument,
    PageFormat,
    RegisterSheet,
    document,
    marked_sheet,
    register,
)
from kash.platform.press.markup import joined_signs, without_joined_signs
from kash.platform.press.qr import qr_svg
