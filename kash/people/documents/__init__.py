"""What this feature puts onto paper."""
