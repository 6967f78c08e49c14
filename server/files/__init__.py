"""Reading and writing files: a fair in TOML, QR pictures."""
