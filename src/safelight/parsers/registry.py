"""Every parser. Ours are listed by name; third parties add theirs through the entry point group `safelight.parsers`
(a class, or a function without arguments, that gives a `Parser`) and may not take a name that is in use.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from safelight.errors import SafelightError
from safelight.parsers.adium import Adium
from safelight.parsers.android_calls import AndroidCalls
from safelight.parsers.android_contacts import AndroidContacts
from safelight.parsers.android_sms import AndroidSms
from safelight.parsers.camt053 import Camt053
from safelight.parsers.discord import Discord
from safelight.parsers.gajim import Gajim
from safelight.parsers.ios_calls import IosCalls
from safelight.parsers.ios_sms import IosSms
from safelight.parsers.irc import Irc
from safelight.parsers.kik import Kik
from safelight.parsers.mail import MailParser
from safelight.parsers.model import Parser
from safelight.parsers.mt940 import Mt940
from safelight.parsers.phpbb import Phpbb
from safelight.parsers.pidgin import Pidgin
from safelight.parsers.skype_db import SkypeDb
from safelight.parsers.skype_export import SkypeExport
from safelight.parsers.telegram import Telegram
from safelight.parsers.whatsapp_db import WhatsAppDb
from safelight.parsers.whatsapp_people import WhatsAppContacts
from safelight.parsers.whatsapp_text import WhatsAppText

ENTRY_POINTS = "safelight.parsers"


def _ours() -> tuple[Parser, ...]:
    return (
        Camt053(),
        Discord(),
        MailParser(),
        Mt940(),
        Phpbb(),
        SkypeExport(),
        Telegram(),
        AndroidCalls(),
        AndroidSms(),
        SkypeDb(),
        Kik(),
        WhatsAppDb(),
        WhatsAppContacts(),
        Irc(),
        IosSms(),
        IosCalls(),
        AndroidContacts(),
        Pidgin(),
        Adium(),
        WhatsAppText(),
        Gajim(),
    )  # fmt: skip


def _loaded(point: EntryPoint) -> Parser:
    try:
        found: Parser = point.load()()
    except Exception as error:  # whatever a third party's module does while it is imported
        of = point.dist.name if point.dist else "unknown"
        raise SafelightError(
            f"The parser {point.name} of the package {of} cannot be loaded: {type(error).__name__}: {error}.",
            "Repair or uninstall that package.",
        ) from error
    return found


@cache
def parsers() -> tuple[Parser, ...]:
    """All parsers of this installation. Raises ValueError if two have one name, SafelightError for one that cannot be
    loaded.
    """
    found = list(_ours())
    found += [
        _loaded(point) for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    ]
    names = [parser.name for parser in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two parsers are called {', '.join(sorted(twice))}")
    return tuple(found)
