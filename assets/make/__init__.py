"""Makes `assets/made`: fonts, icons, chart code, tones, catalogues and voices.

Nothing that others wrote lies in the repository: it comes out of their packages (PyPI by the
lock files, npm by `package-lock.json`) at set-up, and is put here as the programs want it. Each
module makes one product and knows nothing of the others; `products` names them all.
"""
