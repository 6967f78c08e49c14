"""Made-up people for a nation's list: names as often as people have them, households, centres."""

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from server.rules.example_centres import CENTRES

HEAD: Final = (
    "الاسم الكامل",
    "Nom et prénom",
    "Catégorie",
    "Ayant droit de",
    "Date de naissance",
    "N° PPR",
    "GSM",
    "E-mail",
    "Centre",
    "Langue",
)
_GIVEN: Final = (
    "محمد=Mohamed, فاطمة=Fatima, أحمد=Ahmed, خديجة=Khadija, حسن=Hassan, عائشة=Aïcha, يوسف=Youssef, "
    "مريم=Meryem, سعيد=Saïd, نعيمة=Naïma, رشيد=Rachid, سعاد=Souad, مصطفى=Mostafa, زينب=Zineb, "
    "كريم=Karim, حنان=Hanane, إبراهيم=Brahim, لطيفة=Latifa, عمر=Omar, نادية=Nadia, علي=Ali, "
    "سميرة=Samira, خالد=Khalid, رجاء=Rajaa, ياسين=Yassine, إيمان=Imane, حميد=Hamid, بشرى=Bouchra, "
    "طارق=Tarik, سناء=Sanaa, أنس=Anass, هدى=Houda, منير=Mounir, وفاء=Wafae, بدر=Badr, أمينة=Amina, "
    "جمال=Jamal, حياة=Hayat, زكرياء=Zakaria, سلمى=Salma"
)
_SECOND: Final = (
    "الزهراء=Ezzahra, أمين=Amine, علي=Ali, لالة=Lalla, الدين=Eddine, المهدي=Mehdi, السادات=Essadate, "
    "الله=Allah"
)
_FAMILY: Final = (
    "العلوي=El Alaoui, بنحدو=Ben Haddou, الإدريسي=El Idrissi, أيت علي=Aït Ali, بناني=Bennani, "
    "الفاسي=El Fassi, التازي=Tazi, برادة=Berrada, السباعي=Sbaï, أمزيان=Ameziane, الحسني=El Hassani, "
    "بوعزة=Bouazza, الخطابي=El Khattabi, أوبلا=Oubella, الصحراوي=Sahraoui, بنجلون=Benjelloun, "
    "لحلو=Lahlou, الكتاني=Kettani, أيت بنحدو=Aït Benhaddou, المرابط=El Mrabet, الشرقاوي=Cherkaoui, "
    "زروال=Zeroual, الناصري=Naciri, بوشعيب=Bouchaib, أوحمو=Ouhammou, الريفي=Rifi, الدكالي=Doukkali, "
    "السوسي=Soussi, الغزالي=Ghazali, أزواغ=Azouagh, المنصوري=Mansouri, بلقاسم=Belkacem, "
    "الورياغلي=Ouriaghli"
)
_HEADS: Final = "بن=Ben, أو=Ou, أيت=Aït, بو=Bou"
_STEMS: Final = (
    "سعيد=Saïd, حمو=Hammou, ادريس=Driss, منصور=Mansour, سالم=Salem, عيسى=Aïssa, داود=Daoud, "
    "يحيى=Yahya, زيان=Ziane, ياسر=Yasser, هاشم=Hachem, عمار=Ammar, نصر=Nasr, فارس=Farès"
)
_CATEGORIES: Final = ("actif", "retraité", "veuve", "enfant", "autre")
_WEIGHTS: Final = (45, 25, 8, 17, 5)
_DEPENDANTS: Final = ("veuve", "enfant")


def _pairs(listed: str) -> list[tuple[str, str]]:
    found = [each.strip().partition("=") for each in listed.split(",") if each.strip()]
    return [(arabic, latin) for arabic, _, latin in found]


def _weights(count: int) -> list[float]:
    """Give how often each of so many names is had, the first most often, one after the other added."""
    return list(accumulate(1 / (rank + 2) for rank in range(count)))


def people(count: int, seed: int = 1) -> Iterator[Sequence[str]]:
    """Give so many rows in the order of ``HEAD``; principals may stand after their dependants."""
    rng = random.Random(seed)
    given, second, family = _pairs(_GIVEN), _pairs(_SECOND), _pairs(_FAMILY)
    heads, stems = _pairs(_HEADS), _pairs(_STEMS)
    family += [(f"{one[0]} {two[0]}", f"{one[1]} {two[1]}") for one in heads for two in stems]
    given_weights, family_weights = _weights(len(given)), _weights(len(family))
    for number in range(count):
        first = rng.choices(given, cum_weights=given_weights)[0]
        last = rng.choices(family, cum_weights=family_weights)[0]
        middle = rng.choice(second) if rng.random() < 0.25 else None
        category = rng.choices(_CATEGORIES, _WEIGHTS)[0]
        has_principal = category in _DEPENDANTS and rng.random() < 0.8
        # A principal is one whose number ends in 0: those are never dependants, below.
        if number % 10 == 0:
            category, has_principal = "actif", False
        arabic = " ".join(part[0] for part in (first, middle, last) if part)
        latin = " ".join(part[1] for part in (first, middle, last) if part)
        principal = f"{min(rng.randrange(count), count - 1) // 10 * 10:08}" if has_principal else ""
        born = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(1940, 2015)}"
        phone = f"06{number % 10_000_000 + 10_000_000:08}" if rng.random() < 0.7 else ""
        email = f"m{number}@example.ma" if rng.random() < 0.2 else ""
        yield (
            arabic if rng.random() < 0.95 else "",
            latin,
            category,
            principal,
            born,
            "" if has_principal and rng.random() < 0.7 else f"{number:08}",
            phone,
            email,
            f"centre-{number % CENTRES + 1:04}",
            rng.choice(("ar", "ar", "fr")),
        )
