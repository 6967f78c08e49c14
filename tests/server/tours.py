"""Tours in TOML for tests: a small one, and what makes a larger one of it."""

SMALL = """\
[body]
id = "amal"
names = { ar = "مؤسسة الأمل", fr = "Fondation Al Amal" }

[[fairs]]
id = "rabat-2024"
region = "04"
names = { ar = "محطة الرباط", fr = "Étape de Rabat" }
days = [2024-12-27, 2024-12-28, 2024-12-29]
timezone = "Africa/Casablanca"
territory = "north"

[[partners]]
id = "bank"
names = { ar = "البنك", fr = "Banque" }
sector = "bank"

[[booths]]
id = "membership"
names = { ar = "الانخراط", fr = "Adhésion" }

[[booths]]
id = "bank"
names = { ar = "رواق البنك", fr = "Espace banque" }
partner = "bank"

[[territories]]
id = "north"
names = { ar = "الشمال", fr = "Nord" }
code = 1

[[territories]]
id = "tangier"
names = { ar = "طنجة", fr = "Tanger" }
parent = "north"
code = 2

[tour]
id = "amal-2024"
names = { ar = "الأيام", fr = "Journées" }
"""

MORE = """
[[fairs]]
id = "tangier-2024"
names = { ar = "محطة طنجة", fr = "Étape de Tanger" }
first_day = 2025-01-10
last_day = 2025-01-12
venue = { ar = "المركب", fr = "Complexe" }
opens = "09:00"
closes = "18:00"

[[fairs]]
id = "fes-2025"
names = { ar = "محطة فاس", fr = "Étape de Fès" }
days = [2025-01-14]
venue = { ar = "القصر", fr = "Palais" }
hall = { ar = "أ", fr = "A" }

[[offers]]
id = "loan"
names = { ar = "قرض", fr = "Prêt" }
booth = "bank"
territories = ["north"]

[[sessions]]
id = "delegates"
names = { ar = "لقاء", fr = "Rencontre" }
fair = "fes-2025"
day = 2025-01-14
starts = "10:00"
ends = "12:00"
invitees = ["000471"]

[[consents]]
id = "contact"
texts = { ar = "أوافق", fr = "J'accepte" }

[[notices]]
id = "privacy"
names = { ar = "إشعار", fr = "Avis" }
texts = { ar = "نص", fr = "Texte" }

[[topics]]
id = "waiting"
names = { ar = "الانتظار", fr = "Attente" }
icon = "clock"

[theme]
colour = "#14532d"

[retention]
visits = 90
"""
"""Comes after the small one."""
LARGER = SMALL + MORE
