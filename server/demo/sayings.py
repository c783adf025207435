"""What simulated people say, in French and in English."""

import random
import re

Both = dict[str, str]

_FRENCH = (
    "je tu vous nous est sont le la les un une des du de et bonjour salut merci pour avec quel quelle quels où combien "
    "cherche travail poste que qui ce cela oui non bien comment quand avez puis mon ma mes votre au aux"
)
_ENGLISH = (
    "i you we is are the a an and hello hi hey thanks thank for with what which where how when do does can could "
    "would job work looking yes no please my your to in at of there any it this that good"
)


def language_of(text: str) -> str:
    """`fr` or `en`, whichever the words look more like; French when in doubt, as the demo's fair is."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    french = sum(word in _FRENCH.split() for word in words) + bool(re.search(r"[éèêàâçùôîï]", text.lower()))
    return "en" if sum(word in _ENGLISH.split() for word in words) > french else "fr"


_TOPICS: tuple[tuple[str, Both], ...] = (
    (
        r"heure|horaire|nuit|soir|matin|week|hour|night|evening|morning|schedule|shift",
        {
            "fr": "Les horaires sont connus un mois à l'avance, et nous évitons les coupures autant que possible.",
            "en": "Schedules are known a month ahead, and we avoid split shifts as far as we can.",
        },
    ),
    (
        r"salaire|pay|paye|wage|salary|euro|combien|rémunér",
        {
            "fr": "Nous suivons la grille de la branche, avec une prime au bout de six mois. On en parle ensemble ?",
            "en": "We pay by the sector's scale, with a bonus after six months. Shall we talk about it by video?",
        },
    ),
    (
        r"dipl|expérience|formation|débutant|cap\b|experience|training|beginner|qualif|degree",
        {
            "fr": "L'envie compte plus que le diplôme : nous formons sur place pendant les premières semaines.",
            "en": "Motivation counts more than a diploma: we train on the job during the first weeks.",
        },
    ),
    (
        r"logement|loger|transport|bus|parking|train|où|housing|accommodation|where",
        {
            "fr": "On vient facilement en transport, et nous aidons à trouver un logement quand il le faut.",
            "en": "It is easy to reach by public transport, and we help with finding a place to live if needed.",
        },
    ),
    (
        r"quand|commenc|début|date|when|start|begin",
        {
            "fr": "Le poste est libre tout de suite, et nous pouvons attendre un mois la bonne personne.",
            "en": "The job is free at once, and we can wait a month for the right person.",
        },
    ),
    (
        r"merci|thank|au revoir|bye",
        {"fr": "Avec plaisir, et à bientôt !", "en": "You are welcome, see you soon!"},
    ),
)
_ANYTHING: Both = {
    "fr": "Bonne question. Prenez une place dans notre file, je vous répondrai mieux de vive voix.",
    "en": "Good question. Take a place in our line, I can answer better face to face.",
}
_HELLO: Both = {"fr": "Bonjour {name} ! ", "en": "Hello {name}! "}


def first_name(name: str) -> str:
    return name.partition(" ")[0]


def answer(text: str, name: str) -> str:
    """A short answer to what somebody called `name` wrote, in its language."""
    language = language_of(text)
    found = next((words for topic, words in _TOPICS if re.search(topic, text.lower())), _ANYTHING)
    return _HELLO[language].format(name=first_name(name)) + found[language]


WELCOME = "Bonjour {name}, merci de votre visite ! (We can speak English too.)"
HELLO_FROM_CANDIDATE = "Bonjour {name}, merci pour votre appel. Je vous entends bien."
RECRUITER_SAYS: tuple[Both, ...] = (
    {"fr": "Dites-moi ce qui vous attire dans ce métier.", "en": "Tell me what draws you to this kind of work."},
    {
        "fr": "Chez nous l'équipe est petite, on apprend vite et on se parle beaucoup.",
        "en": "We are a small team: you learn fast, and people talk to each other.",
    },
    {"fr": "Avez-vous des questions sur les horaires ou la paye ?", "en": "Any questions about hours or pay?"},
    {"fr": "Quand pourriez-vous commencer ?", "en": "When could you start?"},
)
GOODBYE: Both = {
    "fr": "Merci pour cet échange ! Je vous écris la suite très vite. Bonne journée.",
    "en": "Thank you for this talk! I will write to you very soon. Have a good day.",
}
CANDIDATE_SAYS = (
    "Ce que j'aime, c'est le contact et le travail bien fait.",
    "Je peux commencer dans deux semaines.",
    "Est-ce que vous formez les nouveaux sur place ?",
)
NOTES = ("Bon contact, réponses précises, disponible tout de suite.", "Bonne écoute, projet clair. À rappeler lundi.")
ANSWERS: tuple[tuple[str, Both], ...] = (
    (
        "go_on",
        {
            "fr": "Merci pour cet échange. Nous vous proposons une journée d'essai la semaine prochaine.",
            "en": "Thank you for the talk. We would like to invite you to a trial day next week.",
        },
    ),
    (
        "keep",
        {
            "fr": "Votre profil nous plaît. Le poste est presque pourvu : nous vous gardons pour la saison prochaine.",
            "en": "We like your profile. The job is almost taken: we keep your name for next season.",
        },
    ),
)
HELLO_FROM_JOBSEEKER = "Bonjour, merci de me recevoir. Je vous entends bien."
JOBSEEKER_SAYS = (
    "J'ai fait trois ans d'aide à domicile, j'aime m'occuper des gens.",
    "Je n'ai pas le permis, il me faudrait quelque chose près du tram.",
    "On pourrait regarder mon CV ensemble, si vous voulez bien.",
)
SATISFIED = ("", "On m'a écoutée, merci.", "Un rappel par SMS la veille serait bien.")
RATINGS = ("", "Un échange simple et direct.", "De l'écoute, merci.")
FAIR_CHAT = (
    (
        "Bonjour à tous ! Première fois sur un forum en ligne, c'est bien fait.",
        "Bon courage à celles et ceux qui attendent !",
    ),
    ("Bonjour, est-ce que quelqu'un connaît Saint-Nazaire ? J'hésite à y postuler.",),
    ("Bom dia ! Olá, bonjour à toutes et à tous.", "La file avance vite chez Maison Perrin."),
)


def chosen(some: tuple[str, ...]) -> str:
    return random.choice(some)
