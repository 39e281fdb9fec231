"""A phpBB dump: the schema that phpBB ships (shortened where nothing is read), as mysqldump and phpMyAdmin write it."""

# ruff: noqa: E501

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safelight.parsers import bbcode
from safelight.parsers.model import ParseFailed
from safelight.parsers.mysqldump import MysqlDump
from safelight.parsers.phpbb import Phpbb
from safelight.traces.model import Account, Conversation, GroupMembership, Login, MediaShare, Message
from safelight.traces.networks import direct
from tests.parsers.run import Parsed, parse

DUMP = r"""-- MySQL dump 10.13  Distrib 5.7.20, for Linux (x86_64)
--
-- Host: localhost    Database: sjakk
-- ------------------------------------------------------
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8 */;

DROP TABLE IF EXISTS `sj_attachments`;
CREATE TABLE `sj_attachments` (
  `attach_id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT,
  `post_msg_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `topic_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `in_message` tinyint(1) unsigned NOT NULL DEFAULT '0',
  `poster_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `physical_filename` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `real_filename` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `mimetype` varchar(100) COLLATE utf8_bin NOT NULL DEFAULT '',
  `filesize` int(20) unsigned NOT NULL DEFAULT '0',
  `filetime` int(11) unsigned NOT NULL DEFAULT '0',
  PRIMARY KEY (`attach_id`),
  KEY `filetime` (`filetime`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
LOCK TABLES `sj_attachments` WRITE;
/*!40000 ALTER TABLE `sj_attachments` DISABLE KEYS */;
INSERT INTO `sj_attachments` VALUES (1,11,5,0,2,'2_abc','parti.pgn','text/plain',812,1400000100);
UNLOCK TABLES;
CREATE TABLE `sj_config` (
  `config_name` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `config_value` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  PRIMARY KEY (`config_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
INSERT INTO `sj_config` VALUES ('board_startdate','1390000000'),('script_path','/forum'),('server_name','Sjakk.example');
CREATE TABLE `sj_log` (
  `log_id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT,
  `user_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `log_ip` varchar(40) COLLATE utf8_bin NOT NULL DEFAULT '',
  `log_time` int(11) unsigned NOT NULL DEFAULT '0',
  `log_operation` text COLLATE utf8_bin NOT NULL,
  `log_data` mediumtext COLLATE utf8_bin NOT NULL,
  PRIMARY KEY (`log_id`)
) ENGINE=InnoDB;
INSERT INTO `sj_log` VALUES (1,2,'192.0.2.1',1400000000,'LOG_FORUM_ADD','a:1:{i:0;s:5:\"Sjakk\";}');
CREATE TABLE `sj_posts` (
  `post_id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT,
  `topic_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `forum_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `poster_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `poster_ip` varchar(40) COLLATE utf8_bin NOT NULL DEFAULT '',
  `post_time` int(11) unsigned NOT NULL DEFAULT '0',
  `post_username` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `post_subject` varchar(255) CHARACTER SET utf8 COLLATE utf8_unicode_ci NOT NULL DEFAULT '',
  `post_text` mediumtext COLLATE utf8_bin NOT NULL,
  `bbcode_uid` varchar(8) COLLATE utf8_bin NOT NULL DEFAULT '',
  `post_edit_time` int(11) unsigned NOT NULL DEFAULT '0',
  `post_visibility` tinyint(3) NOT NULL DEFAULT '0',
  `post_delete_time` int(11) unsigned NOT NULL DEFAULT '0',
  PRIMARY KEY (`post_id`),
  KEY `tid_post_time` (`topic_id`,`post_time`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
INSERT INTO `sj_posts` VALUES (11,5,3,2,'192.0.2.7',1400000000,'','Sjakk &amp; te',
 'Hei; det''er (ikke) slutt\n[b:1x2y]Parti[/b:1x2y] &lt;3 \\o/ <!-- s:) --><img src=\"{SMILIES_PATH}/a.gif\" alt=\":)\" title=\"Smil\" /><!-- s:) -->','1x2y',0,1,0),
 (12,5,3,3,'2001:db8::5',1400000060,'','Re: Sjakk &amp; te','<r><QUOTE author="kari" post_id="11"><s>[quote=kari post_id=11]</s>Parti<e>[/quote]</e></QUOTE>
Ja, <B><s>[b]</s>gjerne<e>[/b]</e></B><br/>
takk</r>','',1400000090,1,0),(13,5,3,1,'192.0.2.9',1400000120,'Gjest','','<t>Kan jeg være med?</t>','',0,2,1400000200);
CREATE TABLE `sj_privmsgs` (
  `msg_id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT,
  `root_level` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `author_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `author_ip` varchar(40) COLLATE utf8_bin NOT NULL DEFAULT '',
  `message_time` int(11) unsigned NOT NULL DEFAULT '0',
  `message_subject` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `message_text` mediumtext COLLATE utf8_bin NOT NULL,
  `bbcode_uid` varchar(8) COLLATE utf8_bin NOT NULL DEFAULT '',
  `message_edit_time` int(11) unsigned NOT NULL DEFAULT '0',
  `to_address` text COLLATE utf8_bin NOT NULL,
  `bcc_address` text COLLATE utf8_bin NOT NULL,
  PRIMARY KEY (`msg_id`)
) ENGINE=InnoDB;
INSERT INTO `sj_privmsgs` VALUES (7,0,2,'192.0.2.7',1400000300,'Time','<t>Klokken sju?</t>','',0,'u_3',''),
(8,7,3,'192.0.2.8',1400000360,'Re: Time','<t>Ja</t>','',0,'u_2',''),(9,0,2,'',1400000420,'Alle','<t>Hei</t>','',0,'g_5','');
CREATE TABLE `sj_privmsgs_to` (
  `msg_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `user_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `author_id` mediumint(8) unsigned NOT NULL DEFAULT '0'
) ENGINE=InnoDB;
INSERT INTO `sj_privmsgs_to` VALUES (7,3,2),(9,3,2),(9,4,2);
CREATE TABLE `sj_sessions` (
  `session_id` char(32) COLLATE utf8_bin NOT NULL DEFAULT '',
  `session_user_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `session_start` int(11) unsigned NOT NULL DEFAULT '0',
  `session_ip` varchar(40) COLLATE utf8_bin NOT NULL DEFAULT '',
  `session_browser` varchar(150) COLLATE utf8_bin NOT NULL DEFAULT ''
) ENGINE=InnoDB;
INSERT INTO `sj_sessions` VALUES ('abc',3,1400000010,'192.0.2.8','Mozilla/5.0');
CREATE TABLE `sj_topics` (
  `topic_id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT,
  `forum_id` mediumint(8) unsigned NOT NULL DEFAULT '0',
  `topic_title` varchar(255) NOT NULL DEFAULT '',
  `topic_time` int(11) unsigned NOT NULL DEFAULT '0'
) ENGINE=InnoDB;
INSERT INTO `sj_topics` (`topic_id`, `forum_id`, `topic_title`, `topic_time`) VALUES
(5, 3, 'Sjakk &amp; te', 1400000000);
CREATE TABLE `sj_users` (
  `user_id` mediumint(8) unsigned NOT NULL AUTO_INCREMENT,
  `user_type` tinyint(2) NOT NULL DEFAULT '0',
  `user_ip` varchar(40) COLLATE utf8_bin NOT NULL DEFAULT '',
  `user_regdate` int(11) unsigned NOT NULL DEFAULT '0',
  `username` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `user_password` varchar(255) COLLATE utf8_bin NOT NULL DEFAULT '',
  `user_email` varchar(100) COLLATE utf8_bin NOT NULL DEFAULT '',
  `user_birthday` varchar(10) COLLATE utf8_bin NOT NULL DEFAULT '',
  `user_permissions` mediumblob
) ENGINE=InnoDB;
INSERT INTO `sj_users` VALUES (1,2,'',1390000000,'Anonymous','','',' 0- 0-   0',NULL),
 (2,3,'192.0.2.1',1390000001,'Kåre','x','kare@sjakk.example',' 1- 2-1980',_binary 'zz'),(3,0,'',1390000500,'Ola','x','','',0x00FF);
-- Dump completed
"""


def run(text: str, encoding: str = "utf-8") -> Parsed:
    return parse(Phpbb(), text.encode(encoding), name="a.sql")


def test_a_dump() -> None:
    parsed = run(DUMP)
    assert parsed.ended is not None
    assert (parsed.ended.outcome, parsed.ended.variant, parsed.ended.remarks, parsed.ended.detail) == (
        "done",
        "3",
        [],
        "",
    )
    assert parsed.parts == []
    assert {row["instance"] for row in parsed.of(Message)} == {"sjakk.example/forum"}
    assert parsed.of(Account, "place", "account", "name", "name_kind", "profile") == [
        ("sjakk.sj_users:1", "1", "Anonymous", "user name", None),
        ("sjakk.sj_users:2", "2", "Kåre", "user name", '{"user_birthday":" 1- 2-1980"}'),
        ("sjakk.sj_users:2", "2", "kare@sjakk.example", "e-mail", None),
        ("sjakk.sj_users:3", "3", "Ola", "user name", None),
    ]
    assert parsed.of(
        Message, "place", "conversation", "sender", "sender_name", "text", "state", "reply_to"
    ) == [
        (
            "sjakk.sj_posts:11",
            "topic:5",
            "2",
            "Kåre",
            "Hei; det'er (ikke) slutt\nParti <3 \\o/ :)",
            "live",
            None,
        ),
        ("sjakk.sj_posts:12", "topic:5", "3", "Ola", "Parti\nJa, gjerne\ntakk", "live", "11"),
        ("sjakk.sj_posts:13", "topic:5", "1", "Gjest", "Kan jeg være med?", "deleted", None),
        ("sjakk.sj_privmsgs:7", direct("forum", "2", "3"), "2", "Kåre", "Klokken sju?", "live", None),
        ("sjakk.sj_privmsgs:8", direct("forum", "2", "3"), "3", "Ola", "Ja", "live", "pm:7"),
        ("sjakk.sj_privmsgs:9", "pm:9", "2", "Kåre", "Hei", "live", None),
    ]
    assert parsed.of(Message, "subject")[0] == "Sjakk & te"
    assert parsed.of(Message)[0]["markup"].endswith('title="Smil" /><!-- s:) -->')
    assert parsed.of(Message)[1]["edited"]["utc"].isoformat() == "2014-05-13T16:54:50+00:00"
    assert parsed.of(Message)[2]["deleted"]["utc"].isoformat() == "2014-05-13T16:56:40+00:00"
    assert parsed.of(Conversation, "conversation", "title", "kind", "members") == [
        (direct("forum", "2", "3"), None, "direct", ["2", "3"]),
        ("pm:9", "Alle", "group", ["2"]),
        ("topic:5", "Sjakk & te", "thread", None),
    ]
    assert parsed.of(Login, "account", "ip", "what", "client", "user") == [
        ("2", "192.0.2.1", "log: LOG_FORUM_ADD", None, None),
        ("2", "192.0.2.7", "post", None, None),
        ("3", "2001:db8::5", "post", None, None),
        ("1", "192.0.2.9", "post", None, "Gjest"),
        ("2", "192.0.2.7", "private message", None, None),
        ("3", "192.0.2.8", "private message", None, None),
        ("3", "192.0.2.8", "session", "Mozilla/5.0", None),
        ("2", "192.0.2.1", "registration", None, None),
    ]
    assert parsed.of(GroupMembership, "conversation", "account", "action") == [
        ("pm:9", "3", "member"),
        ("pm:9", "4", "member"),
    ]
    assert parsed.of(MediaShare, "conversation", "account", "name", "size") == [
        ("topic:5", "2", "parti.pgn", 812)
    ]


def test_other_encodings_and_line_ends() -> None:
    latin = run(DUMP.replace("SET NAMES utf8", "SET NAMES latin1"), "cp1252")
    assert latin.of(Account, "name")[1] == "Kåre"
    stated_wrongly = run(DUMP, "cp1252")
    assert stated_wrongly.of(Account, "name")[1] == "Kåre"
    windows = run(DUMP.replace("\n", "\r\n"))
    assert windows.of(Message, "sender") == run(DUMP).of(Message, "sender")


def test_without_its_configuration_the_forum_is_this_items_own() -> None:
    parsed = run(DUMP.replace("server_name", "other_name"))
    assert parsed.ended is not None
    assert parsed.ended.remarks == [
        "the tables sjakk.sj_* do not state the forum's address, so its accounts are this item's own"
    ]
    assert {row["instance"] for row in parsed.of(Message)} == {"?s1-test:i1-test:sjakk.sj_"}


def board(prefix: str, user: str, text: str, server: str | None) -> str:
    config = f"""CREATE TABLE `{prefix}config` (`config_name` varchar(255), `config_value` varchar(255));
INSERT INTO `{prefix}config` VALUES ('server_name','{server}'),('script_path','/');
"""
    return f"""{config if server else ""}CREATE TABLE `{prefix}posts` (`post_id` int, `topic_id` int, `poster_id` int, `poster_ip` varchar(40), `post_time` int, `post_username` varchar(255), `post_text` mediumtext, `bbcode_uid` varchar(8));
INSERT INTO `{prefix}posts` VALUES (1,1,2,'192.0.2.1',1500000000,'','{text}','abc');
CREATE TABLE `{prefix}users` (`user_id` int, `username` varchar(255), `username_clean` varchar(255));
INSERT INTO `{prefix}users` VALUES (2,'{user}','x');
"""


KARI, OLA = ("Kari", "sjakk"), ("Ola", "tog")
UNKNOWN = "?s1-test:i1-test:"


@pytest.mark.parametrize(
    ("dump", "wanted"),
    [
        (
            board("chess_", *KARI, "chess.example") + board("trains_", *OLA, "Trains.example."),
            [("chess_posts:1", "chess.example", *KARI), ("trains_posts:1", "trains.example", *OLA)],
        ),
        (
            board("chess_", *KARI, "localhost") + board("trains_", *OLA, None),
            [
                ("chess_posts:1", f"{UNKNOWN}chess_", *KARI),
                ("trains_posts:1", f"{UNKNOWN}trains_", *OLA),
            ],
        ),
        (
            "USE `old`;\n" + board("b_", *KARI, None) + "/* next */ USE new;\n" + board("b_", *OLA, "chess.example"),
            [("old.b_posts:1", f"{UNKNOWN}old.b_", *KARI), ("new.b_posts:1", "chess.example", *OLA)],
        ),
        (
            "-- Current Database: `old`\n" + board("", *KARI, None) + "# Database : `new`\n" + board("", *OLA, None),
            [("old.posts:1", f"{UNKNOWN}old.", *KARI), ("new.posts:1", f"{UNKNOWN}new.", *OLA)],
        ),
        (
            board("`.`b_", *KARI, None).replace("``.`", "`old`.`") + board("`.`b_", *OLA, None).replace("``.`", "`new`.`"),
            [("old.b_posts:1", f"{UNKNOWN}old.b_", *KARI), ("new.b_posts:1", f"{UNKNOWN}new.b_", *OLA)],
        ),
        (  # two dumps in one file, neither of which names its database
            board("b_", *KARI, "chess.example") + board("b_", *OLA, "10.0.0.7:8080"),
            [("b_posts:1", "chess.example", *KARI), ("#2.b_posts:1", f"{UNKNOWN}#2.b_", *OLA)],
        ),
    ],
)  # fmt: skip
def test_boards_of_one_dump_do_not_meet(dump: str, wanted: list[tuple[str, ...]]) -> None:
    parsed = run("-- MySQL dump\n" + dump)
    assert parsed.of(Message, "place", "instance", "sender_name", "text") == wanted
    assert parsed.of(Account, "instance", "name") == [(one[1], one[2]) for one in wanted]
    assert len(set(parsed.of(Message, "conversation_id"))) == len(set(parsed.of(Message, "sender_id"))) == 2
    assert len(set(parsed.of(Message, "trace_id"))) == 2


@pytest.mark.parametrize(
    ("server", "public"),
    [
        ("forum.example", True), ("[2001:4860:4860::8888]", True), ("8.8.8.8:8080", True), ("forum.example:81", True),
        ("", False), ("server", False), ("localhost:80", False), ("127.0.0.1", False), ("192.168.1.4:80", False),
        ("[fe80::1]", False), ("nas.local", False), ("x.localdomain", False), ("a.home.arpa", False),
    ],
)  # fmt: skip
def test_addresses_that_many_machines_have(server: str, public: bool) -> None:
    instances = run("-- MySQL dump\n" + board("b_", *KARI, server)).of(Message, "instance")
    assert instances == [server if public else f"{UNKNOWN}b_"]


@pytest.mark.parametrize("comment", ["-- next\n", "# next\n", "/* next */\n"])
def test_a_comment_across_the_pieces_that_are_read(comment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands behind it is not lost, wherever the piece ends."""
    monkeypatch.setattr("safelight.parsers.mysqldump._CHUNK", 4096)
    insert = "INSERT INTO `t` VALUES (1);\n"
    for cut in range(len(comment) + 30):
        text = "CREATE TABLE `t` (`a` int);\n" + insert
        text += "-" * 2 + " " + "x" * (4096 - len(text) - 4 - cut) + "\n" + comment + insert
        assert len(list(MysqlDump(io.BytesIO(text.encode())).rows(lambda name: True))) == 2


def test_a_dump_that_ends_in_the_middle() -> None:
    parsed = run(DUMP[: DUMP.index("Kan jeg")])
    assert parsed.ended is not None
    assert (parsed.ended.cause, parsed.of(Message, "place")) == (
        "corrupt",
        ["sjakk.sj_posts:11", "sjakk.sj_posts:12"],
    )


def test_rows_that_do_not_fit_and_columns_that_are_missing() -> None:
    parsed = run(DUMP.replace("'2_abc','parti.pgn'", "'parti.pgn'").replace("`topic_title`", "`name`"))
    assert [(part.cause, part.detail) for part in parsed.parts] == [
        ("unsupported", "sjakk.sj_attachments: rows do not fit its columns")
    ]
    assert parsed.ended is not None
    assert parsed.ended.remarks == ["sjakk.sj_topics is not read: it has no column topic_title"]


def test_version_2_is_named_and_not_read() -> None:
    old = (
        "CREATE TABLE phpbb_posts (\n post_id mediumint(8),\n poster_ip char(8) NOT NULL\n);\n"
        "CREATE TABLE phpbb_posts_text (\n post_id mediumint(8),\n bbcode_uid char(10) NOT NULL,\n post_text text\n);\n"
    )
    parsed = run(old)
    assert parsed.ended is not None
    assert (parsed.ended.variant, parsed.ended.cause) == ("2", "unsupported")


@pytest.mark.parametrize("text", ["CREATE TABLE wp_posts (id int);", "Hei", "-- MySQL dump\n"])
def test_others_are_not_taken(text: str) -> None:
    assert run(text).ended is None


def test_bbcode() -> None:
    assert bbcode.plain("[url=x:ab]a[/url:ab] [i]b[/i]", "ab") == (
        "a [i]b[/i]",
        "[url=x:ab]a[/url:ab] [i]b[/i]",
    )
    assert (
        bbcode.plain('<!-- m --><a class="postlink" href="http://x">http://x</a><!-- m -->')[0] == "http://x"
    )
    for piece in (
        "<!-- s",
        '<!-- s --><img alt="',
        "<!-- s --><img " + 'alt="' * 1000,
        "[a:",
        "<s>",
        "<!--",
        "[",
        "<QUOTE ",
    ):
        bbcode.plain(piece * (200_000 // len(piece)), "a")
        bbcode.quoted(piece * (200_000 // len(piece)))


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


def _literal(value: str | int | None) -> str:
    if isinstance(value, str):
        return (
            "'"
            + value.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0").replace("\n", "\\n")
            + "'"
        )
    return "NULL" if value is None else str(value)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(TEXT, st.integers(-(2**40), 2**40) | st.none(), TEXT), min_size=1, max_size=8),
    st.booleans(),
)
def test_rows_come_back_as_they_were_written(rows: list[tuple[str, int | None, str]], apart: bool) -> None:
    tuples = [f"({','.join(_literal(one) for one in row)})" for row in rows]
    insert = "INSERT INTO `t` VALUES "
    sql = "CREATE TABLE `t` (\n `a` text,\n `b` int(11),\n `c` text COMMENT 'x, (y'\n);\n" + (
        "".join(f"{insert}{one};\n" for one in tuples) if apart else insert + ",".join(tuples) + ";\n"
    )
    found = [
        tuple(row.values())
        for _table, _at, row in MysqlDump(io.BytesIO(sql.encode())).rows(lambda name: name == "t")
    ]
    assert found == rows
    assert list(MysqlDump(io.BytesIO(sql.encode())).rows(lambda name: False)) == []


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=120), st.integers(0, len(DUMP)))
def test_any_damage_is_corrupt(noise: bytes, at: int) -> None:
    data = DUMP.encode()
    try:
        list(MysqlDump(io.BytesIO(data[:at] + noise + data[at:])).rows(lambda name: True))
    except ParseFailed as error:
        assert error.cause in ("corrupt", "limit")
    parsed = parse(Phpbb(), data[:at] + noise + data[at + len(noise) :])
    assert parsed.ended is None or parsed.ended.cause in ("", "corrupt")
