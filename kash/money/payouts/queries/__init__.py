"""Reads of payouts: which rates hold, what is due, lists, payments, double claims."""
