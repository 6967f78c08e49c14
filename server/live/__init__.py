"""What the live pages read from the store, and what they let people do: one module a page."""
