"""How many words the interface and the handbook take, and which could go."""
