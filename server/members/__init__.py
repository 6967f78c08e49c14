"""Whoever the body knows: imports, registrations, cards, and who asks about whom."""
