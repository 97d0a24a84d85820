"""Forms of the certificates room."""

from kash.certificates.forms.issuing import (
    DESIGN_NAMES,
    REVOCATION_NAMES,
    ProposeForm,
    RevokeForm,
    RuleForm,
    TurnBackForm,
    VerifyForm,
)

__all__ = [
    "DESIGN_NAMES",
    "REVOCATION_NAMES",
    "ProposeForm",
    "RevokeForm",
    "RuleForm",
    "TurnBackForm",
    "VerifyForm",
]
