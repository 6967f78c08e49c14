"""A person's rights: what is held about somebody, said in words, and what remains when it is erased."""
