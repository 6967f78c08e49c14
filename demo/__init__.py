"""The demonstration: draws members and their cards, and shows a whole fair on one machine."""
