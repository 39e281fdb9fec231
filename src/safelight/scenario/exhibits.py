"""What was seized and delivered: which devices and exports, which conversations each holds, gaps, and what was deleted.

The same conversation lies in several exhibits on purpose: both ends' devices, a database and an export of it, an
operator's log beside a member's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from safelight.scenario.dice import dice, pick
from safelight.scenario.places import disks, home, irc_clients, place, system
from safelight.scenario.sizes import DAY_US, SIZES
from safelight.scenario.world import Account, Container, Device, Exhibit, FilePlan, Plan, Removal, World

_DELIVERED_LOGS = {
    "irc-energymech": "logs/{network}/{channel}_{date}.log",
    "irc-ubuntu": "irclogs/{network}/{date}/{channel}.txt",
}
_PIDGIN = ("pidgin-html", "pidgin-txt")
_CHATLOGS = ("pidgin-html", "gajim-db", "pidgin-txt")
_BANK_FORMATS = ("camt053", "mt940", "bank-csv")
#: How many members' computers keep a log of one channel.
_LOGGERS = 2
#: Formats in databases, whose rows can be deleted and stay.
_WITH_REMAINS = ("skype-db", "whatsapp-db", "kik-ios", "sms-ios", "sms-android", "gajim-db")
_PACKED = ("zip", "tar")


class Exhibits:
    """Makes the plan; files are numbered so that formats and variants take turns and none is missing in `small`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._by_account: dict[int, list[int]] = defaultdict(list)
        for conversation in world.conversations:
            for member in conversation.members:
                self._by_account[member].append(conversation.index)
        self._loggers: dict[int, int] = defaultdict(int)
        self._turns: dict[str, int] = defaultdict(int)
        self._number = 0

    def plan(self) -> Plan:
        """All exhibits: devices by person, then what companies and operators delivered."""
        exhibits = [self._device(device) for device in self.world.devices]
        exhibits += self._delivered()
        return Plan(tuple(exhibits))

    def _next_number(self) -> str:
        self._number += 1
        return f"{self.world.day()[:4]}-{1000 + self._number}"

    def _turn(self, among: tuple[str, ...], name: str) -> str:
        turn = self._turns[name]
        self._turns[name] += 1
        return among[turn % len(among)]

    def _device(self, device: Device) -> Exhibit:
        number = self._next_number()
        person = self.world.persons[device.person]
        files: list[FilePlan] = []
        for index in device.accounts:
            account = self.world.accounts[index]
            for format, path, options in self._formats(device, account):
                talks = self._talks(account, format)
                if talks:
                    files.append(self._file(number, device, account, format, path, talks, options))
        if device.kind == "pc":
            packer, end = self._turn(disks(system(device)), system(device)), "disk.E01"
        else:
            packer = self._turn(_PACKED, "phone")
            end = f"{device.kind}.{packer}"
        path = f"{number}/{end}" if packer != "folder" else f"{number}/files"
        label = f"{device.model} ({person.name})"
        container = Container(number, path, packer, tuple(files), device, self.world.seized_us)
        return Exhibit(number, label, person.index, (container,))

    def _talks(self, account: Account, format: str) -> tuple[int, ...]:
        """Conversations of the account that the format holds; a channel is logged by few."""
        if account.network != "irc":
            return tuple(self._by_account[account.index])
        out = []
        for talk in sorted({talk for nick in self._nicks(account) for talk in self._by_account[nick.index]}):
            if self.world.conversations[talk].kind == "channel":
                if self._loggers[talk] >= _LOGGERS:
                    continue
                self._loggers[talk] += 1
            out.append(talk)
        return tuple(out)

    def _formats(self, device: Device, account: Account) -> Iterable[tuple[str, str, dict[str, str]]]:
        """Formats, paths and variants in which a device keeps an account's conversations."""
        owner = self.world.persons[device.person]
        user = owner.name.split()[0].lower().translate(str.maketrans("åøæ", "aoa"))
        native = account.native_id
        runs = system(device)
        files = home(runs, user)
        match account.network:
            case "skype":
                yield "skype-db", place("skype-db", runs, user, native.replace(":", "#3a")), {}
                if self._turn(("yes", "no"), "skype-export") == "yes":
                    yield "skype-json", f"{files}/Downloads/8_{native.replace(':', '_')}/messages.json", {}
            case "telegram":
                variant = self._turn(("local", "unixtime"), "telegram")
                folder = f"{files}/Downloads/Telegram Desktop/DataExport_{native.removeprefix('user')}"
                yield "telegram-json", f"{folder}/result.json", {"times": variant}
            case "discord":
                yield "discord-json", f"{files}/Documents/discord/{account.names[0].name}", {}
            case "irc":
                if account == self._nicks(account)[0]:
                    format = self._turn(irc_clients(runs), f"irc {runs}")
                    yield format, place(format, runs, user, native), {}
            case "xmpp" | "icq":
                protocol = "jabber" if account.network == "xmpp" else "icq"
                if runs == "mac":
                    logs = f"{files}/Library/Application Support/Adium 2.0/Users/Default/Logs"
                    service = "Jabber" if protocol == "jabber" else "ICQ"
                    yield "adium", f"{logs}/{service}.{native}", {}
                else:
                    format = self._turn(_CHATLOGS if protocol == "jabber" else _PIDGIN, protocol)
                    program = "pidgin" if format in _PIDGIN else format
                    yield format, place(program, runs, user, native, protocol), {}
            case "mail":
                if self._turn(("mbox", "eml"), "mail") == "mbox":
                    yield "mbox", place("mbox", runs, user, native), {}
                else:
                    yield "eml", f"{files}/Documents/Mail", {}
            case "whatsapp":
                if device.kind == "android":
                    schema = self._turn(("old", "new"), "whatsapp")
                    yield "whatsapp-db", "data/data/com.whatsapp/databases/msgstore.db", {"schema": schema}
                if device.kind == "iphone" or self._turn(("yes", "no"), "whatsapp-txt") == "yes":
                    language = self._turn(("nb", "en-gb", "ios-nb", "en-us", "fil"), "whatsapp-language")
                    yield "whatsapp-txt", "Documents/WhatsApp", {"language": language}
            case "kik" if device.kind == "iphone":
                group = "private/var/mobile/Containers/Shared/AppGroup/5C1E7A30-6E0B-4B7B-9C55-1D0F0B1A2C01"
                yield "kik-ios", f"{group}/cores/private/{native.partition('@')[0]}/kik.sqlite", {}
            case "phone" if device.kind == "iphone":
                yield "sms-ios", "private/var/mobile/Library/SMS/sms.db", {}
                yield "calls-ios", "private/var/mobile/Library/CallHistoryDB/CallHistory.storedata", {}
            case "phone" if device.kind == "android":
                yield "sms-android", "data/data/com.android.providers.telephony/databases/mmssms.db", {}
                yield "calls-android", "data/data/com.android.providers.contacts/databases/calllog.db", {}

    def _nicks(self, account: Account) -> list[Account]:
        """All nicks of a person in an IRC network: the first one's logs hold what was said under any of them."""
        key = (account.instance, account.owners)
        return [
            one for one in self.world.accounts if one.network == "irc" and (one.instance, one.owners) == key
        ]

    def _file(
        self,
        number: str,
        device: Device,
        account: Account,
        format: str,
        path: str,
        talks: tuple[int, ...],
        options: dict[str, str],
    ) -> FilePlan:
        roll, size = dice(self.world.seed, "file", number, path, format), SIZES[self.world.size]
        conversations: tuple[int, ...] = talks
        if format == "sms-ios":
            # One database holds SMS and iMessage.
            for other in device.accounts:
                if self.world.accounts[other].network == "imessage":
                    conversations += tuple(self._by_account[other])
        calls: list[int] = []
        if format in ("skype-db", "skype-json", "telegram-json", "whatsapp-db", "calls-ios", "calls-android"):
            calls = [call for talk in talks for call in self.world.calls_of.get(talk, ())]
        if format in ("calls-ios", "calls-android"):
            conversations = ()
        window = None
        # Files with few messages stay whole: a window could leave nothing in them.
        enough = sum(self.world.conversations[talk].count for talk in talks) >= 60
        if enough and roll.random() < 0.2:
            window = (
                self.world.begin_us + int(roll.random() * size.days(300)) * DAY_US,
                self.world.seized_us,
            )
        gaps: list[tuple[int, int]] = []
        if enough and roll.random() < 0.25:
            begin = self.world.begin_us + int(roll.random() * size.days(800)) * DAY_US
            gaps.append((begin, begin + int(5 + roll.random() * 40) * DAY_US))
        return FilePlan(
            number,
            path,
            format,
            account.index,
            device,
            conversations,
            tuple(calls),
            window=window,
            gaps=tuple(gaps),
            removed=self._removed(format, number, path, conversations),
            server_time=format in SERVER_TIME,
            precision_us=1_000_000
            if options.get("language") == "ios-nb"
            else PRECISION_US.get(format, 1_000_000),
            zone=device.zone,
            options=options,
        )

    def _removed(self, format: str, number: str, path: str, talks: tuple[int, ...]) -> dict[int, Removal]:
        """Single rows here and there, and the last part of one conversation as a whole."""
        if format not in _WITH_REMAINS:
            return {}
        roll = dice(self.world.seed, "removed", number, path)
        out: dict[int, Removal] = {}
        total = sum(self.world.conversations[talk].count for talk in talks)
        for _ in range(min(60, 2 + total // 120)):
            talk = self.world.conversations[pick(roll, talks)]
            out[talk.first_id + int(roll.random() * talk.count)] = pick(roll, ("wal", "freeblock"))
        longest = max((self.world.conversations[talk] for talk in talks), key=lambda one: one.count)
        if longest.count >= 80:
            run = min(longest.count // 3, 400)
            begin = longest.first_id + longest.count - run - int(roll.random() * longest.count / 3)
            out.update((id_, "freelist") for id_ in range(begin, begin + run))
        return out

    def _delivered(self) -> Iterable[Exhibit]:
        """What operators, banks and a remitter handed over."""
        world = self.world
        threads = tuple(one.index for one in world.conversations if one.network == "forum")
        yield self._delivery(
            "Forum tog.example.org (database dump)",
            "folder",
            [self._plain("phpbb-sql", "dump/phpbb_tog.sql", None, threads)],
        )
        for format, instance, label in (
            ("irc-energymech", "freenode", "Channel logs (bot)"),
            ("irc-ubuntu", "quakenet", "Channel logs (web archive)"),
        ):
            channels = [one for one in world.conversations if one.network == "irc" and one.kind == "channel"]
            talks = tuple(one.index for one in channels if one.instance == instance)[
                : max(1, len(channels) // 5)
            ]
            if talks:
                yield self._delivery(
                    label, "folder", [self._plain(format, _DELIVERED_LOGS[format], None, talks)]
                )
        yield from self._statements()
        remitted = tuple(one.id for one in world.transfers if one.channel == "remitter")
        if remitted:
            plan = self._plain("remitter-csv", "transactions.csv", None, (), remitted)
            yield self._delivery("Remitter: all transfers", "folder", [plan])

    def _statements(self) -> Iterable[Exhibit]:
        """Statements of the persons of interest's accounts, three formats in turn."""
        world = self.world
        by_account: dict[int, list[int]] = defaultdict(list)
        for one in world.transfers:
            if one.channel == "bank":
                by_account[one.sender].append(one.id)
                by_account[one.receiver].append(one.id)
        files: dict[str, list[FilePlan]] = defaultdict(list)
        for account in world.accounts:
            interest = world.persons[account.owners[0]].of_interest
            if account.network == "bank" and interest and account.index in by_account:
                format = self._turn(_BANK_FORMATS, "bank")
                end = {"camt053": "xml", "mt940": "sta", "bank-csv": "csv"}[format]
                transfers = tuple(by_account[account.index])
                files[format].append(
                    self._plain(format, f"{account.native_id}.{end}", account.index, (), transfers)
                )
        for format in sorted(files):
            yield self._delivery(f"Bank statements ({format})", "folder", files[format])

    def _delivery(self, label: str, packer: str, files: list[FilePlan]) -> Exhibit:
        """An exhibit with one container; its files get the exhibit's number."""
        number = self._next_number()
        numbered = tuple(replace(file, exhibit=number) for file in files)
        container = Container(number, f"{number}/files", packer, numbered, None, self.world.seized_us)
        return Exhibit(number, label, None, (container,))

    def _plain(
        self,
        format: str,
        path: str,
        owner: int | None,
        talks: tuple[int, ...],
        transfers: tuple[int, ...] = (),
    ) -> FilePlan:
        return FilePlan(
            "",
            path,
            format,
            owner,
            None,
            talks,
            transfers=transfers,
            server_time=True,
            precision_us=PRECISION_US.get(format, 1_000_000),
            zone="Europe/Oslo",
        )


#: Formats whose times a server gave.
SERVER_TIME = ("skype-db", "skype-json", "telegram-json", "discord-json", "phpbb-sql", "mbox", "eml")
#: Coarseness of the times, where it is not one second.
PRECISION_US = {
    "irc-irssi": 60_000_000,
    "irc-ubuntu": 60_000_000,
    "whatsapp-txt": 60_000_000,
    "skype-json": 1_000,
    "discord-json": 1_000,
    "whatsapp-db": 1_000,
    "kik-ios": 1_000,
    "sms-ios": 1_000,
    "sms-android": 1_000,
    "calls-android": 1_000,
    "bank-csv": 86_400_000_000,
    "camt053": 86_400_000_000,
    "mt940": 86_400_000_000,
}


def plan(world: World) -> Plan:
    """What is written into which file, for the whole operation."""
    return Exhibits(world).plan()
