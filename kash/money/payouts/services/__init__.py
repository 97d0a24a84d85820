"""Services of payouts: rates set, bands chosen, lists proposed, approved and paid."""
