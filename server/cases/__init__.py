"""What waits for a person: exceptions to decide, feedback to work off."""
