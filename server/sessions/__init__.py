"""Sessions: those that belong to no fair, their rolls and what they recommend; who was absent."""
