"""What one can tell the body about: a feedback's topics."""

from typing import Final

from server.rules.reader import Reader
from server.rules.tour.lists import refuse_double_ids, refuse_double_names
from wire.described import TOPIC_ICONS, Topic

MOST_TOPICS: Final = 12
"""More tiles fit no screen at which somebody stands."""
DEFAULT_TOPICS: Final = (
    Topic(
        id="welcome",
        names={"ar": "الاستقبال", "fr": "Accueil", "zgh": "ⴰⵙⵏⵓⴱⴳ", "en": "Welcome"},
        icon="hand-heart",
    ),
    Topic(
        id="services",
        names={
            "ar": "خدمات المؤسسة",
            "fr": "Services de l'organisme",
            "zgh": "ⵜⵉⵏⴰⴼⵓⵜⵉⵏ ⵏ ⵜⵎⵔⵙⵉⵡⵜ",
            "en": "Our services",
        },
        icon="users",
    ),
    Topic(
        id="partners",
        names={
            "ar": "الشركاء وعروضهم",
            "fr": "Partenaires et offres",
            "zgh": "ⵉⵎⴷⵔⴰⵡⵏ ⴷ ⵉⵙⵓⵎⵔⵏ",
            "en": "Partners and offers",
        },
        icon="store",
    ),
    Topic(
        id="waiting",
        names={"ar": "الانتظار", "fr": "Attente", "zgh": "ⴰⵇⵇⴰⵍ", "en": "Waiting"},
        icon="clock",
    ),
    Topic(
        id="venue",
        names={"ar": "المكان", "fr": "Lieu", "zgh": "ⴰⴷⵖⴰⵔ", "en": "Venue"},
        icon="map-pin",
    ),
    Topic(
        id="other",
        names={"ar": "شيء آخر", "fr": "Autre chose", "zgh": "ⵜⴰⵖⴰⵡⵙⴰ ⵢⴰⴹⵏ", "en": "Something else"},
        icon="message-circle",
    ),
)
"""What kiosks offer where the file names no topics. The Tamazight awaits a native reader."""


def read_topics(reader: Reader, value: object) -> list[Topic]:
    """Read the topics; a file without any gets :data:`DEFAULT_TOPICS`, an empty sheet of a workbook too."""
    if value is None or value == []:
        return list(DEFAULT_TOPICS)
    topics = []
    for place, entry in reader.tables(value, ("topics",)):
        table = reader.table(entry, place, required=("id", "names"), optional=("icon",))
        icon = table.get("icon")
        topics.append(
            Topic(
                id=reader.slug(table.get("id"), (*place, "id")),
                names=reader.names(table.get("names"), (*place, "names")),
                icon="message-circle"
                if icon is None
                else reader.choice(icon, (*place, "icon"), TOPIC_ICONS, "icon of a topic"),
            )
        )
    if len(topics) > MOST_TOPICS:
        what = f"the tour has {len(topics)} topics"
        reader.note(("topics",), what, f"write at most {MOST_TOPICS}: a screen shows no more")
    refuse_double_ids(reader, "topics", topics)
    refuse_double_names(
        reader, ((("topics", number, "names"), topic.names) for number, topic in enumerate(topics))
    )
    return topics
