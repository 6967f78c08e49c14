"""A programme of an example, for pictures of screens and for whoever tries them."""

from typing import Final

from kiosk.notices import Described
from wire.described import Consent, Notice, Offer, Session, Topic

DESCRIBED: Final = Described(
    offers=(
        Offer(
            id="housing-loan",
            names={"ar": "قرض السكن", "fr": "Prêt logement", "zgh": "ⴰⵔⴹⴰⵍ ⵏ ⵓⵣⴷⵓⵖ", "en": "Housing loan"},
            booth="bank",
            partner="bank",
            consent="contact",
            needs_phone=True,
        ),
        Offer(
            id="studies",
            names={"ar": "تمويل الدراسة", "fr": "Prêt études", "zgh": "ⴰⵔⴹⴰⵍ ⵏ ⵜⵖⵓⵔⵉ", "en": "Study loan"},
            booth="bank",
            partner="bank",
            consent="contact",
        ),
        Offer(
            id="account",
            names={
                "ar": "حساب مجاني",
                "fr": "Compte gratuit",
                "zgh": "ⴰⵎⵉⴹⴰⵏ ⵡⴰⵔ ⴰⵜⵉⴳ",
                "en": "Free account",
            },
            booth="bank",
            partner="bank",
        ),
        Offer(
            id="health",
            names={
                "ar": "تغطية صحية تكميلية",
                "fr": "Complémentaire santé",
                "zgh": "ⵜⴰⵖⵍⵍⵉⵙⵜ ⵏ ⵜⴷⵓⵙⵉ",
                "en": "Health cover",
            },
            booth="insurance",
            partner="insurance",
            consent="contact",
        ),
        Offer(
            id="holidays",
            names={
                "ar": "عطلة بسوس ماسة",
                "fr": "Vacances au Souss",
                "zgh": "ⵉⵎⵓⵔⴰⵙ ⴳ ⵙⵓⵙ",
                "en": "Holidays in Souss",
            },
            booth="own",
        ),
    ),
    consents=(
        Consent(
            id="contact",
            texts={
                "ar": "أوافق على أن يتصل بي الشريك الذي يقدم هذا العرض، وأن تسلم له المؤسسة اسمي ورقم هاتفي"
                " لهذا الغرض وحده.",
                "fr": "J'accepte que le partenaire de cette offre me contacte, et que la fondation lui"
                " remette à cette seule fin mon nom et mon téléphone.",
                "zgh": "ⵇⴱⵍⵖ ⴰⴷ ⵉ ⴷ ⵉⵖⵔ ⵓⵎⴷⵔⴰⵡ ⵏ ⵓⵙⵓⵎⵔ ⴰⴷ, ⴰⴷ ⴰⵙ ⵜⴼⴽ ⵜⵎⵔⵙⵉⵡⵜ ⵉⵙⵎ ⵉⵏⵓ"
                " ⴷ ⵡⵓⵟⵟⵓⵏ ⵉⵏⵓ ⵉ ⵎⴰⵢⴰⴷ ⵖⴰⵙ.",
                "en": "I agree that the partner behind this offer contacts me, and that the foundation"
                " gives it my name and my phone number for this alone.",
            },
        ),
    ),
    topics=(
        Topic(
            id="welcome",
            names={"ar": "الاستقبال", "fr": "Accueil", "zgh": "ⴰⵙⵏⵓⴱⴳ", "en": "Welcome"},
            icon="hand-heart",
        ),
        Topic(
            id="services",
            names={
                "ar": "خدمات المؤسسة",
                "fr": "Services de la fondation",
                "zgh": "ⵜⵉⵏⴰⴼⵓⵜⵉⵏ ⵏ ⵜⵎⵔⵙⵉⵡⵜ",
                "en": "Our services",
            },
            icon="users",
        ),
        Topic(
            id="health",
            names={
                "ar": "التغطية الصحية",
                "fr": "Couverture santé",
                "zgh": "ⵜⴰⵖⵍⵍⵉⵙⵜ ⵏ ⵜⴷⵓⵙⵉ",
                "en": "Health cover",
            },
            icon="stethoscope",
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
            id="venue", names={"ar": "المكان", "fr": "Lieu", "zgh": "ⴰⴷⵖⴰⵔ", "en": "Venue"}, icon="map-pin"
        ),
        Topic(
            id="other",
            names={"ar": "شيء آخر", "fr": "Autre chose", "zgh": "ⵜⴰⵖⴰⵡⵙⴰ ⵢⴰⴹⵏ", "en": "Something else"},
        ),
    ),
    notices=(
        Notice(
            id="privacy",
            names={
                "ar": "معطياتكم الشخصية",
                "fr": "Vos données personnelles",
                "zgh": "ⵉⵙⴼⴽⴰ ⵏⵏⵓⵏ ⵓⴷⵎⴰⵡⴰⵏⵏ",
                "en": "Your personal data",
            },
            texts={
                "ar": "المسؤول عن المعالجة: مؤسسة الأمل. الغرض: تنظيم الأيام التواصلية وإحصاء الحضور.\n"
                "لا تسلم معطياتكم لأي شريك إلا بموافقتكم. لكم حق الولوج والتصحيح والحذف والتعرض وفق"
                " القانون 09-08.\nرقم التصريح لدى اللجنة الوطنية: D-W-123/2026.",
                "fr": "Responsable du traitement : Fondation Al Amal. Finalité : organiser les journées et"
                " compter la fréquentation.\nAucun partenaire ne reçoit vos données sans votre accord. Vous"
                " avez un droit d'accès, de rectification, d'effacement et d'opposition selon la loi 09-08.\n"
                "Numéro de déclaration à la CNDP : D-W-123/2026.",
                "zgh": "ⴰⵎⴰⵙⴰⵢ ⵏ ⵉⵙⴼⴽⴰ: ⵜⴰⵎⵔⵙⵉⵡⵜ ⵏ ⵓⵎⴰⵍ. ⴰⵡⵜⵜⴰⵙ: ⴰⵙⵓⴷⴷⴻⵙ ⵏ ⵡⵓⵙⵙⴰⵏ ⴷ ⵓⵙⵉⴹⵏ ⵏ ⵜⵔⵣⵉⴼⵉⵏ.\n"
                "ⵓⵔ ⵔⴰⴷ ⵜⵜⵡⴰⵣⵏⵏ ⵉⵙⴼⴽⴰ ⵏⵏⵓⵏ ⵉ ⵓⵎⴷⵔⴰⵡ ⴱⵍⴰ ⴰⵎⵙⴰⵙⴰ ⵏⵏⵓⵏ. ⵖⵓⵔⵓⵏ ⴰⵣⵔⴼ ⵏ ⵓⵥⵕⵕⴰ, ⵏ ⵓⵙⵏⴼⵍ,"
                " ⵏ ⵜⵓⴽⴽⵙⴰ ⴷ ⵓⴳⴳⵓⵢ, ⵙ ⵓⵙⴰⴹⵓⴼ 09-08.\nⵓⵟⵟⵓⵏ ⵏ ⵓⵙⵖⵍ: D-W-123/2026.",
                "en": "Responsible for the data: Al Amal Foundation. Purpose: to organise the days and to"
                " count visits.\nNo partner receives your data without your consent. You have the rights of"
                " access, correction, erasure and objection under law 09-08.\n"
                "Number of the declaration to the CNDP: D-W-123/2026.",
            },
        ),
    ),
    sessions=(
        Session(
            id="delegates",
            names={
                "ar": "لقاء المناديب",
                "fr": "Rencontre des délégués",
                "zgh": "ⵜⵉⵎⵍⵉⵍⵉⵜ ⵏ ⵉⵎⴰⵣⴰⵏⵏ",
                "en": "Delegates' meeting",
            },
        ),
    ),
    partner_names={
        "bank": {
            "ar": "البنك الشريك",
            "fr": "Banque partenaire",
            "zgh": "ⵜⴰⴱⴰⵏⴽⵜ ⵜⴰⵎⴷⵔⴰⵡⵜ",
            "en": "Partner bank",
        },
        "insurance": {
            "ar": "التأمين الشريك",
            "fr": "Assurance partenaire",
            "zgh": "ⵜⴰⵖⵍⵍⵉⵙⵜ ⵜⴰⵎⴷⵔⴰⵡⵜ",
            "en": "Partner insurance",
        },
    },
    languages=("ar", "fr", "zgh", "en"),
    retention={"sign_ups": 365},
)
"""What the programme of an example says."""
HERE: Final = ("housing-loan", "studies", "account")
ELSEWHERE: Final = ("health", "holidays")
