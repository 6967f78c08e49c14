"""A person's rights: what is held of somebody, put right, erased; and what is kept for how long."""
