"""A programme of an example, for pictures of screens and for whoever tries them."""

from typing import Final

from kiosk.notices import Described
from wire.described import Consent, Notice, Offer, Session, Topic

DESCRIBED: Final = Described(
    offers=(
        Offer(
            id="housing-loan",
            names={"ar": "قرض السكن", "fr": "Prêt logement"},
            booth="bank",
            partner="bank",
            consent="contact",
            needs_phone=True,
        ),
        Offer(
            id="studies",
            names={"ar": "تمويل الدراسة", "fr": "Prêt études"},
            booth="bank",
            partner="bank",
            consent="contact",
        ),
        Offer(id="account", names={"ar": "حساب مجاني", "fr": "Compte gratuit"}, booth="bank", partner="bank"),
        Offer(
            id="health",
            names={"ar": "تغطية صحية تكميلية", "fr": "Complémentaire santé"},
            booth="insurance",
            partner="insurance",
            consent="contact",
        ),
        Offer(id="holidays", names={"ar": "عطلة بسوس ماسة", "fr": "Vacances au Souss"}, booth="own"),
    ),
    consents=(
        Consent(
            id="contact",
            texts={
                "ar": "أوافق على أن يتصل بي الشريك الذي يقدم هذا العرض، وأن تسلم له المؤسسة اسمي ورقم هاتفي"
                " لهذا الغرض وحده.",
                "fr": "J'accepte que le partenaire de cette offre me contacte, et que la fondation lui"
                " remette à cette seule fin mon nom et mon téléphone.",
            },
        ),
    ),
    topics=(
        Topic(id="welcome", names={"ar": "الاستقبال", "fr": "Accueil"}, icon="hand-heart"),
        Topic(id="services", names={"ar": "خدمات المؤسسة", "fr": "Services de la fondation"}, icon="users"),
        Topic(id="health", names={"ar": "التغطية الصحية", "fr": "Couverture santé"}, icon="stethoscope"),
        Topic(id="partners", names={"ar": "الشركاء وعروضهم", "fr": "Partenaires et offres"}, icon="store"),
        Topic(id="waiting", names={"ar": "الانتظار", "fr": "Attente"}, icon="clock"),
        Topic(id="venue", names={"ar": "المكان", "fr": "Lieu"}, icon="map-pin"),
        Topic(id="other", names={"ar": "شيء آخر", "fr": "Autre chose"}),
    ),
    notices=(
        Notice(
            id="privacy",
            names={"ar": "معطياتكم الشخصية", "fr": "Vos données personnelles"},
            texts={
                "ar": "المسؤول عن المعالجة: مؤسسة الأمل. الغرض: تنظيم الأيام التواصلية وإحصاء الحضور.\n"
                "لا تسلم معطياتكم لأي شريك إلا بموافقتكم. لكم حق الولوج والتصحيح والحذف والتعرض وفق"
                " القانون 09-08.\nرقم التصريح لدى اللجنة الوطنية: D-W-123/2026.",
                "fr": "Responsable du traitement : Fondation Al Amal. Finalité : organiser les journées et"
                " compter la fréquentation.\nAucun partenaire ne reçoit vos données sans votre accord. Vous"
                " avez un droit d'accès, de rectification, d'effacement et d'opposition selon la loi 09-08.\n"
                "Numéro de déclaration à la CNDP : D-W-123/2026.",
            },
        ),
    ),
    sessions=(Session(id="delegates", names={"ar": "لقاء المناديب", "fr": "Rencontre des délégués"}),),
    partner_names={
        "bank": {"ar": "البنك الشريك", "fr": "Banque partenaire"},
        "insurance": {"ar": "التأمين الشريك", "fr": "Assurance partenaire"},
    },
    languages=("ar", "fr"),
    retention={"sign_ups": 365},
)
"""What the programme of an example says."""
HERE: Final = ("housing-loan", "studies", "account")
ELSEWHERE: Final = ("health", "holidays")
