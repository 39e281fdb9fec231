"""Words that say little about the topic, by language: they stay readable when all other words are masked.

Bokmål, nynorsk, English and Tagalog: pronouns, articles, conjunctions, prepositions, auxiliaries, and the small words of
chat. From the grammars' closed classes, put together for Safelight.
"""

from __future__ import annotations

from collections.abc import Mapping

_EN = """
the a an and or but if then so because as of in on at to for from by with about into over after before under between out
up down off again i you he she it we they me him her us them my your his its our their mine yours this that these those
who whom which what when where why how all any both each few more most other some such no nor not only own same than too
very can could will would shall should may might must do does did doing done have has had having be am is are was were
been being just now here there yes yeah yep nope well also still even though although while until yet maybe perhaps
probably actually really quite rather pretty bit lot much many thing things something anything nothing everything someone
anyone one got get go going gone make made take see think know like want need say said guess mean sure ok okay oh ah hm
hmm um thanks thank please sorry hi hello hey lol haha heh btw imo imho afaik iirc fwiw i'm i'd i've i'll it's that's
don't doesn't didn't can't won't isn't aren't wasn't wouldn't couldn't shouldn't you're you'd you've they're we're there's
what's let's he's she's im ive dont cant thats wont didnt doesnt isnt u ur r n y pls plz thx ty cuz cos coz gonna wanna
gotta kinda sorta dunno
"""
_NB = """
og jeg det at en et den til er som på de med han av ikke der så var meg seg men ett har om vi min mitt mi ha hadde hun nå
over da ved fra du ut sin dem oss opp man kan hans hvor eller hva skal selv her alle vil bli ble blitt kunne inn når være
kom noen noe ville dere deres kun ja jo nei etter ned skulle denne for deg si sine sitt mot å hvorfor dette disse uten
hvordan ingen din ditt di dine blir samme hvilken hvilke sånn slik mellom vår hver hvem hvis både bare enn fordi før mange
også vært siden hei takk ok okei kanskje veldig litt mye mer mest bra greit ganske egentlig altså liksom forresten
"""
_NN = """
og eg det at ein eit ei den til er som på dei med han av ikkje der så var meg seg men har om vi me min mitt mi ha hadde ho
no over då ved frå du ut sin dykk oss opp kan hans kvar eller kva skal sjølv her alle vil bli blei vart blitt kunne inn
når vere kom nokon noko ville dykkar ja jo nei etter ned skulle denne for deg si sine sitt mot å kvifor dette desse utan
korleis ingen din ditt blir same kven slik mellom vår kvar viss både berre enn fordi før mange også òg vore sidan hei takk
kanskje veldig litt mykje meir mest bra greitt ganske eigentleg altså liksom
"""
_TL = """
ang ng sa na ay mga at ko mo siya sila kami tayo kayo ako ka ikaw niya nila namin natin ninyo ito iyan iyon dito diyan
doon hindi wala may mayroon meron lang din rin pa naman nga ba po opo oo kasi pero kung para kay ni si yung yun nung
talaga sana siguro ganun ganyan salamat
"""

#: Function words by language (ISO 639-1; Tagalog `tl`).
FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(_EN.split()),
    "nb": frozenset(_NB.split()),
    "nn": frozenset(_NN.split()),
    "tl": frozenset(_TL.split()),
}

ALL_FUNCTION_WORDS = frozenset().union(*FUNCTION_WORDS.values())

#: By language (bokmål and nynorsk, which many write both, are one here: `no`), the small words that only it has.
LANGUAGES: Mapping[str, frozenset[str]] = {
    "en": FUNCTION_WORDS["en"] - FUNCTION_WORDS["nb"] - FUNCTION_WORDS["nn"] - FUNCTION_WORDS["tl"],
    "no": (FUNCTION_WORDS["nb"] | FUNCTION_WORDS["nn"]) - FUNCTION_WORDS["en"] - FUNCTION_WORDS["tl"],
    "tl": FUNCTION_WORDS["tl"] - FUNCTION_WORDS["en"] - FUNCTION_WORDS["nb"] - FUNCTION_WORDS["nn"],
}
