"""Alerts: one a concern, told of with restraint, closed by people."""

from datetime import datetime

import pytest

from listener.domain.errors import StoreError
from listener.store import alerts
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, drain, every_mention, post


def hear_at(bench: Bench, *minutes: int) -> None:
    """Let a new complaint come down the line at each of these minutes."""
    for minute in minutes:
        bench.tell(post(str(minute), f"acme is broken {minute}"), at=T0 + minute * MINUTE)


def told(bench: Bench) -> list[tuple[int, int, int]]:
    """Return number, events and held back of every message."""
    return [(message.number, message.events, message.held_back) for message in bench.sent()]


def acknowledge(bench: Bench, at: datetime = T0, by: str = "eve") -> None:
    """Let Eve take on the first alert."""
    with bench.store.write() as db:
        alerts.acknowledge(db, 1, by, at)


def resolve(bench: Bench, at: datetime = T0) -> None:
    """Let Eve close the first alert."""
    with bench.store.write() as db:
        alerts.resolve(db, 1, "eve", at)


def test_events_of_one_key_are_one_alert(bench: Bench) -> None:
    """However many there are."""
    bench.follow(every_mention())
    hear_at(bench, 0, 1, 2)
    assert bench.sql("SELECT events, deliveries FROM alerts") == [{"events": 3, "deliveries": 3}]


def test_the_cooldown_holds_back(bench: Bench) -> None:
    """After a message its alert is silent for a while."""
    bench.follow(every_mention(cooldown="1 h"))
    hear_at(bench, 0, 1, 2, 59)
    assert told(bench) == [(1, 1, 0)]


def test_what_was_held_back_is_told_when_the_cooldown_ends(bench: Bench) -> None:
    """The next message comes by itself and says how many came meanwhile."""
    bench.follow(every_mention(cooldown="1 h"))
    hear_at(bench, 0, 1, 2)
    bench.run(T0 + HOUR)
    assert told(bench) == [(1, 1, 0), (2, 3, 2)]


def test_the_idle_stage_says_when_a_cooldown_ends(bench: Bench) -> None:
    """So that a daemon can sleep until then."""
    bench.follow(every_mention(cooldown="1 h"))
    hear_at(bench, 0, 1)
    assert bench.evaluate.step(T0 + 2 * MINUTE).due == T0 + HOUR


def test_nothing_new_means_no_message(bench: Bench) -> None:
    """The end of a cooldown alone is no news."""
    bench.follow(every_mention(cooldown="1 h"))
    hear_at(bench, 0)
    bench.run(T0 + DAY)
    assert told(bench) == [(1, 1, 0)]
    assert bench.evaluate.step(T0 + DAY).due is None


def test_a_message_tells_of_its_own_events_alone(bench: Bench) -> None:
    """Excerpts show what no message told of before."""
    bench.follow(every_mention(cooldown="1 h"))
    hear_at(bench, 0, 1, 2)
    bench.run(T0 + HOUR)
    quoted = [[excerpt.text[-1] for excerpt in message.excerpts] for message in bench.sent()]
    assert [sorted(texts) for texts in quoted] == [["0"], ["1", "2"]]


def test_copies_of_one_story_are_quoted_once(bench: Bench) -> None:
    """With the number of further copies."""
    bench.follow(every_mention())
    text = "acme recalls two million coffee makers because of a fire hazard in their plugs"
    bench.tell(post("1", text), post("2", text, by="bob"), post("3", "acme is broken", by="eve"))
    (message,) = bench.sent()
    assert sorted((quoted.text[:8], quoted.copies) for quoted in message.excerpts) == [("acme is ", 0), ("acme rec", 1)]


def test_a_message_carries_all_that_a_channel_needs(bench: Bench) -> None:
    """Where it stands, why, and how to answer it."""
    bench.follow(every_mention(severity="critical"))
    bench.tell(post("1", url="https://forum.example/1", reach=7))
    (message,) = bench.sent()
    assert (message.rule, message.brand, message.severity, message.state) == ("every", "Acme", "critical", "open")
    assert (message.acknowledge, message.resolve) == ("listener alerts ack 1", "listener alerts resolve 1")
    (quoted,) = message.excerpts
    assert (quoted.url, quoted.author, quoted.reach, quoted.marks[0].end) == ("https://forum.example/1", "ann", 7, 4)
    assert quoted.judgement is not None
    assert quoted.judgement.heads["complaint"] == 0.9


@pytest.mark.parametrize("per", ["brand", "thread", "story", "author"])
def test_keys_keep_alerts_apart(bench: Bench, per: str) -> None:
    """What is *the same alert* is the rule's choice."""
    bench.follow(every_mention(per=per))
    bench.tell(post("1"), post("2", "acme failed me", by="bob"))
    assert bench.value("SELECT count(*) FROM alerts") == (1 if per == "brand" else 2)


def test_an_acknowledged_alert_still_grows(bench: Bench) -> None:
    """Somebody is on it, and hears of more."""
    bench.follow(every_mention())
    hear_at(bench, 0)
    acknowledge(bench, T0 + MINUTE)
    hear_at(bench, 2)
    assert bench.sql("SELECT state, events, acknowledged_by, acknowledged_at FROM alerts") == [
        {
            "state": "acknowledged",
            "events": 2,
            "acknowledged_by": "eve",
            "acknowledged_at": "2026-11-25 12:01:00",
        }
    ]


def test_acknowledging_twice_is_once(bench: Bench) -> None:
    """The first stays named."""
    bench.follow(every_mention())
    hear_at(bench, 0)
    acknowledge(bench)
    acknowledge(bench, T0 + HOUR, by="bob")
    assert bench.column("SELECT acknowledged_by FROM alerts") == ["eve"]
    assert bench.column("SELECT kind FROM alert_event WHERE by <> ''") == ["acknowledged"]


def test_a_resolved_alert_is_closed_and_the_next_event_opens_another(bench: Bench) -> None:
    """With a message at once: the cooldown was the former's."""
    bench.follow(every_mention(cooldown="1 h"))
    hear_at(bench, 0)
    resolve(bench, T0 + MINUTE)
    hear_at(bench, 2)
    assert bench.sql("SELECT alert_id, state, events FROM alerts") == [
        {"alert_id": 1, "state": "resolved", "events": 1},
        {"alert_id": 2, "state": "open", "events": 1},
    ]
    assert told(bench) == [(1, 1, 0), (1, 1, 0)]


def test_a_resolved_alert_says_nothing_more(bench: Bench) -> None:
    """What was held back is of no interest any more."""
    bench.follow(every_mention(cooldown="1 h"))
    hear_at(bench, 0, 1)
    resolve(bench, T0 + 2 * MINUTE)
    assert drain(bench.evaluate, T0 + DAY) == 0
    assert told(bench) == [(1, 1, 0)]


def test_a_resolved_alert_cannot_be_acknowledged(bench: Bench) -> None:
    """The message says who closed it, and when."""
    bench.follow(every_mention())
    hear_at(bench, 0)
    resolve(bench)
    with pytest.raises(StoreError, match=r"Alert 1 was resolved by eve at 2026-11-25 12:00 UTC"):
        acknowledge(bench)


def test_an_alert_that_is_not_there_is_refused(bench: Bench) -> None:
    """With the way to find those that are."""
    with pytest.raises(StoreError, match="There is no alert 1"):
        resolve(bench)


def test_a_disabled_channel_gets_nothing(bench: Bench) -> None:
    """Not now and not later."""
    bench.follow(every_mention(channels=("ops", "gone")))
    hear_at(bench, 0)
    assert bench.column("SELECT channel FROM deliveries") == ["ops"]


def test_an_alert_without_any_channel_is_still_shown(bench: Bench) -> None:
    """Nobody is told, but it stands in the list."""
    bench.follow(every_mention(channels=()))
    hear_at(bench, 0)
    assert bench.sql("SELECT state, deliveries FROM alerts") == [{"state": "open", "deliveries": 0}]


def test_a_changed_rule_goes_on_with_its_standing_alert(bench: Bench) -> None:
    """The concern is the same; its decisions are of another version."""
    bench.follow(every_mention())
    hear_at(bench, 0)
    bench.follow(every_mention(complaint=True))
    hear_at(bench, 1)
    assert bench.sql("SELECT events FROM alerts") == [{"events": 2}]
    assert bench.value("SELECT count(DISTINCT version) FROM rule") == 2
