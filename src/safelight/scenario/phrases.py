"""What people write about: a chess club, the weather and model trains, in bokmål, nynorsk, English and Tagalog.

A template's `{slot}` is filled from a list, so that a few dozen templates make many thousand different lines. Some hold what
formats stumble over: quotes, `<`, `&`, backslashes, per cent signs, two lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from safelight.scenario.world import Language

_NUMBERS = [
    str(number) for number in (*range(2, 60), 64, 72, 87, 96, 100, 120, 144, 150, 160, 220, 1200, 1500, 1834)
]
_COMMON: dict[str, str | Sequence[str]] = {
    "n": _NUMBERS,
    "hour": [f"{hour:02d}:{minute:02d}" for hour in range(7, 23) for minute in (0, 15, 30, 45)],
    "deg": [str(degree) for degree in range(-18, 34)],
    "move": "e4, d4, Nf3, c4, e5, c5, d5, Nc6, Bb5, Bc4, O-O, Qe2, Rd1, h3, g3, a6, Nxe5, Bxf7+, Rxe8#, exd5, O-O-O",
    "eco": "B12, C42, D37, E60, A04, C65, B90, D85, A45, C50",
    "loco": "El 11, El 14, Di 3, Di 4, BR 50, BR 218, Class 37, Class 66, Big Boy, 2MC, El 18, Skd 220",
    "scale": "H0, N, Z, TT, 0, 1",
    "handle": "@rook_77, @bygdetog, @sol_og_regn, @nimbus42, @e4e5, @tog.no, @kalesa, @semafor",
    "code": [
        f"{letter}{number}" for letter in ("KV-", "TR", "no.", "#", "ref ") for number in range(1001, 1080, 3)
    ],
    "link": [
        f"https://www.example.org/{part}/{number}"
        for part in ("parti", "tog", "weather")
        for number in range(17, 90, 4)
    ],
}

_NB: dict[str, str | tuple[str, ...]] = {
    "day": "mandag, tirsdag, onsdag, torsdag, fredag, lørdag, søndag",
    "sky": "sol, regn, snø, sludd, tåke, lett bris, kuling, overskyet, opphold, hagl",
    "place": "klubben, biblioteket, Bergen, kafeen, skolen, Voss, kjelleren, togmuseet, Dale, stasjonen",
    "piece": "løperen, tårnet, springeren, dronningen, bonden, kongen",
    "thing": "skinnene, trafoen, vognene, brettet, klokka, brua, tunnelen, signalet, kulissen, premiene",
    "say": (
        "møtes vi {day} kl. {hour}? på {place}",
        "ser ut som {sky} på {day}, {deg} grader",
        "jeg spilte {move} og mistet {piece} etterpå",
        "har du sett {thing}? jeg la det igjen på {place}",
        "ny {loco} i {scale} til {n} kroner, hva synes du",
        "turneringen begynner {hour}, {n} påmeldte",
        "husk {thing} til {day}!",
        "hvis du svarer {move} så vinner jeg {piece} i trekk {n}",
        "det er {deg} grader ute og {sky} her",
        'han sa "{move}" er best, men {piece} står jo i slag',
        "toget går {hour} fra {place}",
        "se her {link}",
        "spør {handle} om {thing}, han vet det",
        "kjørte {loco} i {n} minutter uten stopp & den ble ikke varm",
        "<{scale}> er for lite til {thing}, tror jeg",
        "bestilte {n} skinner, nr {code}",
        "100 % enig, {eco} er kjedelig",
        "mappa heter C:\\tog\\{scale}\\plan.txt",
        "liste til {day}:\n- {thing}\n- kaffe",
    ),
    "short": "ok, ja, nei, hm, haha, takk, greit, fint, vet ikke, kanskje, ja da, så bra, hei, hadet, straks",
    "greet": ("hei", "heisann", "god morgen", "hallo", "er du der?"),
    "lesson": ("klar for sjakktime kl {hour}?", "sjakktime i dag?", "kan vi ta timen {hour}"),
    "paid": ("sendte {n} kr for timen, ref {code}", "betalt nå", "pengene er sendt, {code}"),
}
_NN: dict[str, str | tuple[str, ...]] = {
    "day": "måndag, tysdag, onsdag, torsdag, fredag, laurdag, sundag",
    "sky": "sol, regn, snø, sludd, skodde, lett bris, kuling, overskya, opphald, hagl",
    "place": "klubben, biblioteket, Førde, kafeen, skulen, Voss, kjellaren, togmuseet, stasjonen",
    "piece": "løparen, tårnet, springaren, dronninga, bonden, kongen",
    "thing": "skjenene, trafoen, vognene, brettet, klokka, brua, tunnelen, signalet, premiane",
    "say": (
        "møtest vi {day} kl. {hour}? på {place}",
        "eg trur det vert {sky} på {day}, {deg} gradar",
        "eg spelte {move} og mista {piece} etterpå",
        "har du sett {thing}? eg la det att på {place}",
        "ny {loco} i {scale} til {n} kroner, kva seier du",
        "turneringa tek til {hour}, {n} påmelde",
        "hugs {thing} til {day}!",
        "dersom du svarar {move} vinn eg {piece} i trekk {n}",
        "her er det {deg} gradar og {sky}",
        'ho sa "{move}" er best, men {piece} står i slag',
        "toget går {hour} frå {place}",
        "sjå her {link}",
        "spør {handle} om {thing}",
        "køyrde {loco} i {n} minutt utan stogg & ho vart ikkje varm",
        "tinga {n} skjener, nr {code}",
        "ikkje {eco} att, er du snill",
    ),
    "short": "ok, ja, nei, hm, haha, takk, greitt, fint, veit ikkje, kanskje, så bra, hei, ha det, straks",
    "greet": ("hei", "god morgon", "hallo", "er du der?"),
    "lesson": ("klar for sjakktime kl {hour}?", "sjakktime i dag?", "kan me ta timen {hour}"),
    "paid": ("sende {n} kr for timen, ref {code}", "betalt no", "pengane er sende, {code}"),
}
_EN: dict[str, str | tuple[str, ...]] = {
    "day": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    "sky": "sunny, rain, snow, sleet, fog, a light breeze, gales, overcast, dry, hail, humid",
    "place": "the club, the library, Leeds, the café, school, the cellar, the museum, the station",
    "piece": "the bishop, the rook, the knight, my queen, a pawn, the king",
    "thing": "the tracks, the transformer, the wagons, the board, the clock, the bridge, the signal, the prizes",
    "say": (
        "shall we meet {day} at {hour}, {place}?",
        "looks like {sky} on {day}, {deg} degrees",
        "I played {move} and lost {piece} right after",
        "have you seen {thing}? I left it at {place}",
        "new {loco} in {scale} for {n}, what do you think",
        "the tournament starts {hour}, {n} players so far",
        "don't forget {thing} on {day}!",
        "if you answer {move} I win {piece} by move {n}",
        "it's {deg} out here and {sky}",
        'he said "{move}" is best but {piece} hangs',
        "train leaves {hour} from {place}",
        "look: {link}",
        "ask {handle} about {thing}",
        "ran the {loco} for {n} minutes & it didn't get warm",
        "I'd say <{scale}> is too small for {thing}",
        "ordered {n} points, {code}",
        "100% agree, {eco} is dull; let's try {move}",
        "saved under C:\\trains\\{scale}\\layout.txt",
        "for {day}:\n1) {thing}\n2) tea",
    ),
    "short": "ok, yes, no, hm, haha, thanks, fine, sure, dunno, maybe, great, hi, bye, brb, lol, ok ok, k",
    "greet": ("hi", "hello there", "morning", "you there?", "hey"),
    "lesson": ("ready for the chess lesson at {hour}?", "lesson today?", "can we do the lesson at {hour}"),
    "paid": ("sent {n} for the lesson, {code}", "paid just now", "money is sent, {code}"),
}
_TL: dict[str, str | tuple[str, ...]] = {
    "day": "Lunes, Martes, Miyerkules, Huwebes, Biyernes, Sabado, Linggo",
    "sky": "maaraw, umuulan, mahangin, maulap, may bagyo, mainit, ambon",
    "place": "club, aklatan, Cebu, paaralan, istasyon, palengke, bahay, plaza",
    "piece": "ang obispo, ang tore, ang kabayo, ang reyna, ang peon, ang hari",
    "thing": "ang riles, ang mga bagon, ang tabla, ang orasan, ang tulay, ang mga premyo",
    "say": (
        "magkita tayo sa {day} ng {hour}, sa {place}",
        "mukhang {sky} sa {day}, {deg} digri",
        "nag-{move} ako tapos nawala {piece}",
        "nakita mo ba {thing}? naiwan ko sa {place}",
        "may bagong {loco} sa {scale}, {n} piso lang",
        "magsisimula ang torneo {hour}, {n} na ang kasali",
        "huwag kalimutan {thing} sa {day}!",
        "kung {move} ang sagot mo, panalo ako sa tira {n}",
        "{deg} digri dito at {sky}",
        'sabi niya "{move}" daw ang pinakamaganda',
        "aalis ang tren {hour} mula {place}",
        "tingnan mo ito {link}",
        "tanungin mo si {handle} tungkol sa {thing}",
        "umandar ang {loco} ng {n} minuto & hindi uminit",
        "ano'ng oras ba, {hour} o {hour}?",
        "salamat po, natanggap ko na, {code}",
    ),
    "short": "oo, hindi, sige, salamat, opo, haha, hehe, ok, ewan, siguro, ganun ba, kumusta, ingat, oo nga",
    "greet": ("kumusta", "magandang umaga", "hello po", "nandiyan ka ba?"),
    "lesson": ("handa na ba sa chess lesson {hour}?", "may lesson ba ngayon?", "pwede ba {hour} ang lesson"),
    "paid": ("nagpadala ako ng {n}, {code}", "bayad na", "naipadala na ang pera, {code}"),
}
EMOJI = ("🙂", "😂", "👍", "♟️", "🚂", "☀️", "🌧️", "❄️", "👋", "🇳🇴", "👨‍👩‍👧", "🤷‍♀️")
_VOWEL_SLIPS = ("", "", "e", "r")


def _listed(words: str | Sequence[str]) -> list[str]:
    """What stands between commas, or a list as it is."""
    return words.split(", ") if isinstance(words, str) else list(words)


@dataclass(frozen=True, slots=True)
class _Template:
    text: str
    slots: tuple[list[str], ...]

    def filled(self, roll: Random) -> str:
        draw = roll.random
        return self.text % tuple([slot[int(draw() * len(slot))] for slot in self.slots])


def _compiled(template: str, words: dict[str, list[str]]) -> _Template:
    parts = template.replace("%", "%%").split("{")
    text, slots = parts[0], []
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        slots.append(words[name])
        text += "%s" + rest
    return _Template(text, tuple(slots))


class Grammar:
    """The lines of one language."""

    def __init__(self, words: dict[str, str | tuple[str, ...]]) -> None:
        lists = {name: _listed(listed) for name, listed in {**_COMMON, **words}.items()}
        self.say = [_compiled(line, lists) for line in lists["say"]]
        self.short = lists["short"]
        self.greet = lists["greet"]
        self.lesson = [_compiled(line, lists) for line in lists["lesson"]]
        self.paid = [_compiled(line, lists) for line in lists["paid"]]

    def line(self, roll: Random) -> str:
        """One line as people type it: now and then a short word, a slip of the fingers, a picture."""
        draw = roll.random
        turn = draw()
        if turn < 0.22:
            return self.short[int(draw() * len(self.short))]
        text = self.say[int(draw() * len(self.say))].filled(roll)
        if turn < 0.30:
            text = f"{text} {EMOJI[int(draw() * len(EMOJI))]}"
        elif turn < 0.36:
            at = int(draw() * len(text))
            if text[at].isalpha():
                text = text[:at] + _VOWEL_SLIPS[int(draw() * 4)] + text[at + 1 :]
                text = " ".join(text.split(" ")).strip()
        elif turn < 0.50:
            text = text[0].upper() + text[1:]
        return text


GRAMMARS: dict[Language, Grammar] = {
    "nb": Grammar(_NB),
    "nn": Grammar(_NN),
    "en": Grammar(_EN),
    "tl": Grammar(_TL),
}
