"""Forms of the certificates room."""

from kash.certificates.forms.issuing import (
    REVOCATION_NAMES,
    ProposeForm,
    RevokeForm,
    RuleForm,
    TurnBackForm,
    VerifyForm,
)

__all__ = [
    "REVOCATION_NAMES",
    "ProposeForm",
    "RevokeForm",
    "RuleForm",
    "TurnBackForm",
    "VerifyForm",
]
