"""Peers that the press is measured against, each drawing the same certificate."""
