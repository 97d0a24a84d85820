"""Forms of the certificates room."""

from kash.certificates.forms.issuing import (
    REVOCATION_NAMES,
    ProposeForm,
    RevokeForm,
    RuleForm,
    TurnBackForm,
    VerifyForm,
)
from kash.certificates.forms.life import (
    CONDITION_NAMES,
    PRINTING_NAMES,
    REASON_NAMES,
    CorrectionForm,
    DecisionForm,
    PaperForm,
    RenewalForm,
)

__all__ = [
    "CONDITION_NAMES",
    "PRINTING_NAMES",
    "REASON_NAMES",
    "REVOCATION_NAMES",
    "CorrectionForm",
    "DecisionForm",
    "PaperForm",
    "ProposeForm",
    "RenewalForm",
    "RevokeForm",
    "RuleForm",
    "TurnBackForm",
    "VerifyForm",
]
