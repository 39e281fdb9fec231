"""A phpBB 3.1 forum as `mysqldump` writes it: users, topics, posts, private messages and IP addresses, in one SQL file.

Source: phpBB's `install/schemas/schema.json` and phpbb.com "Table.phpbb_posts" and its neighbours (names and order of the
columns, those of no interest here left at their defaults), and mysqldump's extended inserts. Text is stored HTML-escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import TextIO

from safelight.scenario.dice import dice
from safelight.scenario.world import Conversation, FilePlan, Message, Record, World

Value = str | int | None

#: Columns: name, MySQL type with default, and the value that is written where nothing is said.
_Columns = tuple[tuple[str, str, Value], ...]
_ID, _FLAG, _TIME = "mediumint(8) unsigned NOT NULL", "tinyint(1) unsigned NOT NULL DEFAULT '0'", "int(11) unsigned NOT NULL DEFAULT '0'"  # fmt: skip  # noqa: E501
_NAME, _TEXT, _IP = "varchar(255) COLLATE utf8_bin NOT NULL DEFAULT ''", "mediumtext COLLATE utf8_bin NOT NULL", "varchar(40) COLLATE utf8_bin NOT NULL DEFAULT ''"  # fmt: skip  # noqa: E501

TABLES: dict[str, tuple[str, _Columns]] = {
    "config": (
        "config_name",
        (("config_name", _NAME, ""), ("config_value", _NAME, ""), ("is_dynamic", _FLAG, 0)),
    ),
    "users": (
        "user_id",
        (
            ("user_id", _ID + " AUTO_INCREMENT", 0),
            ("user_type", "tinyint(2) NOT NULL DEFAULT '0'", 0),
            ("group_id", _ID + " DEFAULT '3'", 2),
            ("user_permissions", _TEXT, ""),
            ("user_perm_from", _ID + " DEFAULT '0'", 0),
            ("user_ip", _IP, ""),
            ("user_regdate", _TIME, 0),
            ("username", _NAME, ""),
            ("username_clean", _NAME, ""),
            ("user_password", _NAME, ""),
            ("user_passchg", _TIME, 0),
            ("user_email", "varchar(100) COLLATE utf8_bin NOT NULL DEFAULT ''", ""),
            ("user_email_hash", "bigint(20) NOT NULL DEFAULT '0'", 0),
            ("user_birthday", "varchar(10) COLLATE utf8_bin NOT NULL DEFAULT ''", ""),
            ("user_lastvisit", _TIME, 0),
            ("user_lastmark", _TIME, 0),
            ("user_lastpost_time", _TIME, 0),
            ("user_posts", _ID + " DEFAULT '0'", 0),
            ("user_lang", "varchar(30) COLLATE utf8_bin NOT NULL DEFAULT ''", "no"),
            ("user_timezone", "varchar(100) COLLATE utf8_bin NOT NULL DEFAULT ''", ""),
            ("user_sig", _TEXT, ""),
            ("user_jabber", _NAME, ""),
        ),
    ),
    "forums": (
        "forum_id",
        (
            ("forum_id", _ID + " AUTO_INCREMENT", 0),
            ("parent_id", _ID + " DEFAULT '0'", 0),
            ("forum_name", _NAME, ""),
            ("forum_desc", _TEXT, ""),
        ),
    ),
    "topics": (
        "topic_id",
        (
            ("topic_id", _ID + " AUTO_INCREMENT", 0),
            ("forum_id", _ID + " DEFAULT '0'", 0),
            ("icon_id", _ID + " DEFAULT '0'", 0),
            ("topic_title", _NAME, ""),
            ("topic_poster", _ID + " DEFAULT '0'", 0),
            ("topic_time", _TIME, 0),
            ("topic_views", _ID + " DEFAULT '0'", 0),
            ("topic_status", "tinyint(3) NOT NULL DEFAULT '0'", 0),
            ("topic_type", "tinyint(3) NOT NULL DEFAULT '0'", 0),
            ("topic_first_post_id", _ID + " DEFAULT '0'", 0),
            ("topic_first_poster_name", _NAME, ""),
            ("topic_last_post_id", _ID + " DEFAULT '0'", 0),
            ("topic_visibility", "tinyint(3) NOT NULL DEFAULT '0'", 1),
        ),
    ),
    "posts": (
        "post_id",
        (
            ("post_id", _ID + " AUTO_INCREMENT", 0),
            ("topic_id", _ID + " DEFAULT '0'", 0),
            ("forum_id", _ID + " DEFAULT '0'", 0),
            ("poster_id", _ID + " DEFAULT '0'", 0),
            ("icon_id", _ID + " DEFAULT '0'", 0),
            ("poster_ip", _IP, ""),
            ("post_time", _TIME, 0),
            ("post_reported", _FLAG, 0),
            ("enable_bbcode", _FLAG, 1),
            ("enable_smilies", _FLAG, 1),
            ("enable_magic_url", _FLAG, 1),
            ("enable_sig", _FLAG, 1),
            ("post_username", _NAME, ""),
            ("post_subject", _NAME, ""),
            ("post_text", _TEXT, ""),
            ("post_checksum", "varchar(32) COLLATE utf8_bin NOT NULL DEFAULT ''", ""),
            ("post_attachment", _FLAG, 0),
            ("bbcode_bitfield", _NAME, ""),
            ("bbcode_uid", "varchar(8) COLLATE utf8_bin NOT NULL DEFAULT ''", ""),
            ("post_postcount", _FLAG, 1),
            ("post_edit_time", _TIME, 0),
            ("post_edit_reason", _NAME, ""),
            ("post_edit_user", _ID + " DEFAULT '0'", 0),
            ("post_edit_count", "smallint(4) unsigned NOT NULL DEFAULT '0'", 0),
            ("post_edit_locked", _FLAG, 0),
            ("post_visibility", "tinyint(3) NOT NULL DEFAULT '0'", 1),
            ("post_delete_time", _TIME, 0),
            ("post_delete_reason", _NAME, ""),
            ("post_delete_user", _ID + " DEFAULT '0'", 0),
        ),
    ),
    "privmsgs": (
        "msg_id",
        (
            ("msg_id", _ID + " AUTO_INCREMENT", 0),
            ("root_level", _ID + " DEFAULT '0'", 0),
            ("author_id", _ID + " DEFAULT '0'", 0),
            ("icon_id", _ID + " DEFAULT '0'", 0),
            ("author_ip", _IP, ""),
            ("message_time", _TIME, 0),
            ("enable_bbcode", _FLAG, 1),
            ("enable_smilies", _FLAG, 1),
            ("enable_magic_url", _FLAG, 1),
            ("enable_sig", _FLAG, 1),
            ("message_subject", _NAME, ""),
            ("message_text", _TEXT, ""),
            ("message_edit_reason", _NAME, ""),
            ("message_edit_user", _ID + " DEFAULT '0'", 0),
            ("message_attachment", _FLAG, 0),
            ("bbcode_bitfield", _NAME, ""),
            ("bbcode_uid", "varchar(8) COLLATE utf8_bin NOT NULL DEFAULT ''", ""),
            ("message_edit_time", _TIME, 0),
            ("message_edit_count", "smallint(4) unsigned NOT NULL DEFAULT '0'", 0),
            ("to_address", "text COLLATE utf8_bin NOT NULL", ""),
            ("bcc_address", "text COLLATE utf8_bin NOT NULL", ""),
            ("message_reported", _FLAG, 0),
        ),
    ),
    "privmsgs_to": (
        "",
        (
            ("msg_id", _ID + " DEFAULT '0'", 0),
            ("user_id", _ID + " DEFAULT '0'", 0),
            ("author_id", _ID + " DEFAULT '0'", 0),
            ("pm_deleted", _FLAG, 0),
            ("pm_new", _FLAG, 0),
            ("pm_unread", _FLAG, 0),
            ("pm_replied", _FLAG, 0),
            ("pm_marked", _FLAG, 0),
            ("pm_forwarded", _FLAG, 0),
            ("folder_id", "int(11) NOT NULL DEFAULT '0'", 0),
        ),
    ),
}
_ROWS_A_LINE = 200
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z"}
)
_HEAD = """-- MySQL dump 10.13  Distrib 5.5.60, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: tog_forum
-- ------------------------------------------------------
-- Server version\t5.5.60-0+deb8u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8 */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
"""
_FOOT = """/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

-- Dump completed on {day}  3:00:12
"""


def write(world: World, plan: FilePlan, root: Path, record: Record) -> None:
    """The whole forum in one file."""
    target = root / plan.path
    target.parent.mkdir(parents=True, exist_ok=True)
    _Dump(world, plan, record).write(target)


class _Dump:
    def __init__(self, world: World, plan: FilePlan, record: Record) -> None:
        self._world, self._plan, self._record = world, plan, record
        self._users = {one.index: int(one.native_id) for one in world.accounts if one.network == "forum"}
        talks = [world.conversations[one] for one in plan.conversations]
        self._threads = [talk for talk in talks if talk.kind == "thread"]
        self._private = [talk for talk in talks if talk.kind == "direct"]

    def write(self, target: Path) -> None:
        with target.open("w", encoding="utf-8", newline="") as file:
            file.write(_HEAD)
            instance = self._world.conversations[self._plan.conversations[0]].instance
            settings = {"server_name": instance, "sitename": "Togforumet", "version": "3.1.12"}
            _table(
                file,
                "config",
                ({"config_name": name, "config_value": value} for name, value in settings.items()),
            )
            _table(
                file,
                "forums",
                [{"forum_id": 2, "forum_name": "Sjakk &amp; tog", "forum_desc": "Brett, skinner og vær"}],
            )
            _table(file, "posts", self._posts())
            _table(file, "privmsgs", self._messages())
            _table(file, "privmsgs_to", self._received())
            _table(file, "topics", (self._topic(talk) for talk in self._threads))
            _table(file, "users", self._accounts())
            file.write(_FOOT.format(day=self._world.day(-3)))

    def _accounts(self) -> Iterator[dict[str, Value]]:
        for index, user in self._users.items():
            account = self._world.accounts[index]
            person = self._world.persons[account.owners[0]]
            name = account.names[0].name
            self._record.account(self._plan, self._plan.path, index, name)
            yield {
                "user_id": user,
                "user_ip": account.user,
                "user_regdate": account.names[0].since_us // 1_000_000,
                "username": name,
                "username_clean": name.lower(),
                "user_password": "$H$9" + "0" * 30,
                "user_email": person.mail,
                "user_timezone": person.zone,
                "user_lastvisit": self._world.begin_us // 1_000_000 + user * 3_600,
            }

    def _topic(self, talk: Conversation) -> dict[str, Value]:
        founder = talk.members[0]
        return {
            "topic_id": int(talk.native_id.removeprefix("topic:")),
            "forum_id": 2,
            "topic_title": _stored(talk.title or ""),
            "topic_poster": self._users[founder],
            "topic_time": talk.start_us // 1_000_000,
            "topic_first_post_id": talk.first_id,
            "topic_first_poster_name": self._world.accounts[founder].names[0].name,
            "topic_last_post_id": talk.first_id + talk.count - 1,
        }

    def _noted(self, message: Message) -> int:
        """Record a message; its time in seconds."""
        us = self._plan.stamp(message.sent_us)
        sender = self._world.accounts[message.sender]
        self._record.message(
            self._plan,
            self._plan.path,
            message,
            sender=sender.native_id,
            sender_name=sender.names[0].name,
            utc_us=us,
            wall_us=None,
            text=message.text,
        )
        return us // 1_000_000

    def _posts(self) -> Iterator[dict[str, Value]]:
        for talk in self._threads:
            for message in self._world.held(self._plan, talk.index):
                account = self._world.accounts[message.sender]
                edited = 0 if message.edited_us is None else message.edited_us // 1_000_000
                yield {
                    "post_id": int(message.native_id),
                    "topic_id": int(talk.native_id.removeprefix("topic:")),
                    "forum_id": 2,
                    "poster_id": self._users[message.sender],
                    "poster_ip": self._address(account.user, message.id),
                    "post_time": self._noted(message),
                    "post_subject": _stored(
                        f"Re: {talk.title}" if message.id > talk.first_id else talk.title or ""
                    ),
                    "post_text": _stored(message.text),
                    "bbcode_uid": f"{message.id:08x}",
                    "post_edit_time": edited,
                    "post_edit_user": self._users[message.sender] if edited else 0,
                    "post_edit_count": 1 if edited else 0,
                }

    def _messages(self) -> Iterator[dict[str, Value]]:
        for talk in self._private:
            for message in self._world.held(self._plan, talk.index):
                other = next(one for one in talk.members if one != message.sender)
                edited = 0 if message.edited_us is None else message.edited_us // 1_000_000
                yield {
                    "msg_id": int(message.native_id),
                    "author_id": self._users[message.sender],
                    "author_ip": self._address(self._world.accounts[message.sender].user, message.id),
                    "message_time": self._noted(message),
                    "message_subject": "Hei",
                    "message_text": _stored(message.text),
                    "bbcode_uid": f"{message.id:08x}",
                    "message_edit_time": edited,
                    "message_edit_count": 1 if edited else 0,
                    "to_address": f"u_{self._users[other]}",
                }

    def _received(self) -> Iterator[dict[str, Value]]:
        """Each private message lies with its receiver (inbox) and its author (sent)."""
        for talk in self._private:
            for message in self._world.held(self._plan, talk.index):
                author = self._users[message.sender]
                for one in talk.members:
                    folder = -1 if one == message.sender else 0
                    msg: dict[str, Value] = {"msg_id": int(message.native_id), "user_id": self._users[one]}
                    yield msg | {"author_id": author, "folder_id": folder}

    def _address(self, usual: str, number: int) -> str:
        """Mostly the account's own address, now and then another one."""
        roll = dice(self._world.seed, "address", number)
        return usual if roll.random() < 0.8 else f"198.51.100.{int(roll.random() * 250) + 2}"


def _stored(text: str) -> str:
    return escape(text, quote=True).replace("&#x27;", "'")


def _literal(value: Value) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else f"'{value.translate(_ESCAPES)}'"


def _table(file: TextIO, name: str, rows: Iterable[dict[str, Value]]) -> None:
    """CREATE TABLE and its rows, many a line."""
    key, columns = TABLES[name]
    table = f"phpbb_{name}"
    lines = [f"  `{column}` {type_}" for column, type_, _ in columns]
    if key:
        lines.append(f"  PRIMARY KEY (`{key}`)")
    file.write(f"\n--\n-- Table structure for table `{table}`\n--\n\nDROP TABLE IF EXISTS `{table}`;\n")
    file.write(f"CREATE TABLE `{table}` (\n" + ",\n".join(lines))
    file.write("\n) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;\n")
    file.write(f"\n--\n-- Dumping data for table `{table}`\n--\n\nLOCK TABLES `{table}` WRITE;\n")
    file.write(f"/*!40000 ALTER TABLE `{table}` DISABLE KEYS */;\n")
    number = 0
    for row in rows:
        file.write(f"INSERT INTO `{table}` VALUES " if number % _ROWS_A_LINE == 0 else ",")
        file.write("(" + ",".join(_literal(row.get(column, usual)) for column, _, usual in columns) + ")")
        number += 1
        if number % _ROWS_A_LINE == 0:
            file.write(";\n")
    if number % _ROWS_A_LINE:
        file.write(";\n")
    file.write(f"/*!40000 ALTER TABLE `{table}` ENABLE KEYS */;\nUNLOCK TABLES;\n")
