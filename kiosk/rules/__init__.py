"""Pure decisions: time and ids are arguments, nothing here does I/O."""
