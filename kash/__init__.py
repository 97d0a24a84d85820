"""Kash: workshops, attendance, certificates and review forums of a rights programme."""
