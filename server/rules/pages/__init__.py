"""The live pages: what each shows, as numbers and codes, and then as texts in the reader's language."""
