"""Pure rules: what is done with a batch, and figures from facts. Nothing here does I/O."""
