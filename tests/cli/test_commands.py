"""What each command says and how it ends."""

import json

import pytest

from tests.cli.conftest import Listener
from tests.line.place import EVERYTHING, Place

ANGRY = "I hate acme, my parcel is lost again and nobody answers. Worst service ever."


@pytest.fixture
def heard(place: Place, listener: Listener) -> Listener:
    """Give the commands of a place where one angry post was heard, judged and told."""
    from datetime import UTC, datetime

    place.configure(EVERYTHING)
    place.clock.at = datetime.now(UTC)
    place.post(ANGRY)
    assert listener("run", "--until-idle", "--json").code == 0
    return listener


def test_a_turn_counts_what_it_added(place: Place, listener: Listener) -> None:
    """The promised keys, all of them, and the alerts themselves."""
    place.configure(EVERYTHING)
    turn = json.loads(listener("run", "--until-idle", "--json").out)
    assert set(turn) == {
        *("posts", "mentions", "judged", "abstained", "stories", "threads", "alerts"),
        *("deliveries", "gaps", "errors", "seconds", "alert_list"),
    }


def test_a_turn_says_in_words_what_it_did(heard: Listener) -> None:
    """A person reads counts, not JSON."""
    assert "0 posts, 0 mentions" in heard("run", "--until-idle").out


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        (("status",), "alert"),
        (("sources",), "active"),
        (("mentions",), "I hate acme"),
        (("mentions", "show", "1"), "»acme«"),
        (("threads",), "import:posts"),
        (("threads", "show", "1"), "I hate acme"),
        (("alerts",), "warning"),
        (("alerts", "show", "1"), "message 1 on log: sent"),
        (("channels",), "log"),
        (("db", "check"), "is sound"),
        (("db", "migrate"), "has schema"),
        (("db", "backup"), "bytes"),
        (("check",), "holds together"),
        (("sql", "SELECT brand FROM mentions"), "Acme"),
    ],
    ids=str,
)
def test_commands_show_what_is_there(heard: Listener, command: tuple[str, ...], shows: str) -> None:
    """Each reading command finds the one thing that was heard."""
    said = heard(*command)
    assert said.code == 0, said.err
    assert shows in said.out


@pytest.mark.parametrize("command", [("mentions",), ("sql", "SELECT text FROM mentions"), ("mentions", "show", "1")])
def test_a_text_does_not_command_the_terminal(place: Place, listener: Listener, command: tuple[str, ...]) -> None:
    """Nor does it turn the reading order round; JSON has it as it was written."""
    place.configure(EVERYTHING)
    place.post("acme sent \u202egnp.exe\u202c \x1b]0;root\x07")
    listener("run", "--until-idle")
    assert not {"\u202e", "\x1b", "\x07"} & set(listener(*command).out)
    assert "\u202egnp" in json.loads(listener("sql", "--json", "SELECT text FROM mentions").out)[0]["text"]


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("sources",),
        ("mentions",),
        ("mentions", "show", "1"),
        ("threads",),
        ("threads", "show", "1"),
        ("alerts",),
        ("alerts", "show", "1"),
        ("channels",),
        ("db", "check"),
        ("check",),
        ("sql", "SELECT 1"),
        ("rematch",),
    ],
    ids=" ".join,
)
def test_every_reading_command_speaks_json(heard: Listener, command: tuple[str, ...]) -> None:
    """For programs."""
    assert json.loads(heard(*command, "--json").out)


@pytest.mark.parametrize("what", ["mentions", "threads", "alerts"])
def test_what_is_not_there_is_said(heard: Listener, what: str) -> None:
    """A wrong number ends with 1 and a way to the right one."""
    said = heard(what, "show", "99")
    assert said.code == 1
    assert f"`listener {what}` lists them" in said.err


def test_an_alert_is_taken_on_and_closed(heard: Listener) -> None:
    """Who did it stands in the store; a closed one cannot be taken on again."""
    assert "acknowledged by ada" in heard("alerts", "ack", "1", "--by", "ada").out
    assert "resolved by bob" in heard("alerts", "resolve", "1", "--by", "bob").out
    assert "No alert stands" in heard("alerts").out
    assert "was resolved by bob" in heard("alerts", "ack", "1").err
    assert "acknowledged by ada" in heard("alerts", "show", "1").out


def test_a_mistake_in_the_configuration_ends_with_78(place: Place, listener: Listener) -> None:
    """With the place of the mistake."""
    place.file.write_text("[[brand]]\nname = 'Acme'\nquery = 'acme AND'\n")
    said = listener("check")
    assert said.code == 78
    assert "config.toml:3" in said.err


def test_check_names_each_secret_that_is_not_there(place: Place, listener: Listener) -> None:
    """Of what is enabled; the configuration itself is sound, so it is no 78."""
    slack = '[[channel]]\nname = "s"\ntype = "slack"\nwebhook = { env = "NOT_SET" }\n'
    place.configure(EVERYTHING + slack)
    said = listener("check")
    assert said.code == 1
    assert "fault    channel[1].webhook: env NOT_SET: not set" in said.out
    place.configure(EVERYTHING + slack + "enabled = false\n")
    assert listener("check").code == 0


def test_check_online_asks_each_source_and_stores_nothing(place: Place, listener: Listener) -> None:
    """What came is counted; a source that cannot be read is a fault."""
    place.configure(EVERYTHING)
    assert "posts: unavailable" in listener("check", "--online").out
    place.post(ANGRY)
    said = listener("check", "--online")
    assert (said.code, "posts (jsonl): ok: 1 posts in 1 streams" in said.out) == (0, True)
    assert not (place.folder / "var").exists()


def test_a_store_that_is_not_there_is_said(place: Place, listener: Listener) -> None:
    """Reading before the first run."""
    place.configure(EVERYTHING)
    said = listener("mentions")
    assert said.code == 1
    assert "`listener run` makes it" in said.err


def test_a_mistake_elsewhere_keeps_nobody_from_the_store(place: Place, heard: Listener) -> None:
    """Who asks needs to know where the store lies; a mistake there is said."""
    config = place.file.read_text(encoding="utf-8")
    place.file.write_text(config.replace("[[brand]]", "[[brend]]"), encoding="utf-8")
    assert heard("sql", "--csv", "SELECT count(*) AS n FROM mention").out == "n\n1\n"
    assert heard("check").code == 78
    place.file.write_text(config.replace("sqlite:", "mysql:"), encoding="utf-8")
    said = heard("sql", "SELECT 1")
    assert (said.code, "only SQLite" in said.err) == (78, True)


def test_sql_cannot_write(heard: Listener) -> None:
    """An attempt ends with 1, and the row stays."""
    said = heard("sql", "DELETE FROM mention")
    assert (said.code, "only reads" in said.err) == (1, True)
    assert heard("sql", "--csv", "SELECT count(*) AS n FROM mention").out == "n\n1\n"


def test_sql_is_stopped_in_time(heard: Listener) -> None:
    """A query without end does not hold the terminal for ever."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    assert "stopped after 0.1 s" in heard("sql", "--timeout", "0.1", endless).err


def test_a_channel_can_be_tried(place: Place, listener: Listener) -> None:
    """The message is marked, and the channel's word is shown."""
    place.configure(EVERYTHING)
    assert "log took the test message" in listener("channels", "test", "log").out
    assert place.told()[0]["test"] is True


def test_an_unknown_channel_is_said(place: Place, listener: Listener) -> None:
    """With those that there are."""
    place.configure(EVERYTHING)
    said = listener("channels", "test", "lgo")
    assert (said.code, "there are: log" in said.err) == (78, True)


def test_a_query_is_explained(listener: Listener) -> None:
    """Part by part, for a text that matches and one that does not."""
    said = listener("query", "test", "acme NEAR/2 router", "my acme wifi router", "acme")
    assert "yes acme NEAR/2 router" in said.out
    assert "no  acme NEAR/2 router" in said.out


def test_a_query_with_a_mistake_points_at_it(listener: Listener) -> None:
    """Exit 78, with a caret."""
    said = listener("query", "test", "acme AND (router", "x")
    assert said.code == 78
    assert "^" in said.err


def test_query_lines_are_answered_in_order_and_bad_ones_stop_nothing() -> None:
    """The promised format."""
    from listener.cli.query import answer

    good = answer('{"id": 1, "query": "acme", "text": "an Acme router"}')
    assert good == {"id": 1, "match": True, "spans": [[3, 7]], "error": None}
    assert answer('{"id": 2, "query": "acme AND", "text": ""}')["error"]["position"] >= 5
    assert answer("nonsense")["error"]
    assert answer('{"id": 3}')["id"] == 3


@pytest.mark.weights
def test_assess_answers_line_for_line(place: Place, listener: Listener) -> None:
    """The promised format, in the order of the questions; a bad line gets an answer too."""
    place.configure(EVERYTHING)
    lines = [
        json.dumps({"id": "a", "text": ANGRY, "brand": "Acme"}),
        "nonsense",
        json.dumps({"id": "b", "text": "Danke für die schnelle Hilfe, das war wirklich nett von euch", "brand": "Foo"}),
    ]
    said = listener("assess", "--jsonl", typed="\n".join(lines) + "\n")
    first, bad, german = map(json.loads, said.out.splitlines())
    assert set(first) >= {"id", "language", "sentiment", "complaint", "anger", "labels", "abstained", "model"}
    assert (first["id"], first["labels"]["sentiment"], first["labels"]["complaint"]) == ("a", "negative", True)
    assert bad["abstained"]
    assert (german["language"], german["sentiment"]) == ("de", None)


@pytest.mark.weights
def test_assess_speaks_to_people(listener: Listener, place: Place) -> None:
    """A judgement in words beside the text."""
    place.configure(EVERYTHING)
    assert "positive" in listener("assess", "I love it, great support").out


def test_rematch_counts(heard: Listener) -> None:
    """Nothing changed, nothing is added."""
    assert heard("rematch").out.strip() == "searched 1  added 0  changed 0  withdrawn 0"
