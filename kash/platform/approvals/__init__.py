"""Approvals: one person proposes, another approves, in her own right or for somebody absent.

A feature declares an `Approval` (`approval.py`) and its table is a `Proposal` (`models.py`); what
may be done, what is said, what waits on Today and what is handed over follow from these.
"""
