"""DELIVER: messages reach their channels at least once, in order, or are given up with the reason."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listener.domain.errors import Deferred, Rejected
from listener.domain.retry import ENOUGH, GIVE_UP
from listener.stages.deliver import INTERRUPTED, LEASE, Deliver
from listener.store.deliver import Delivering
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, drain, every_mention, opened, post

STATE = "SELECT state, attempts, due_at, error FROM deliveries"
ALL = ("ops", "desk")


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Bench]:
    """Open a bench with two channels, both told of every mention at once."""
    with opened(tmp_path, channels=ALL) as made:
        made.follow(every_mention(channels=ALL))
        yield made


def raised(bench: Bench, count: int = 1, at: datetime = T0) -> None:
    """Raise one alert, with so many messages in the outbox of each channel."""
    for number in range(count):
        bench.hear(post(f"{at}-{number}", f"acme is broken {number}"), at=at + number * MINUTE)
        drain(bench.assess, at + number * MINUTE)
        drain(bench.evaluate, at + number * MINUTE)


def test_a_message_goes_to_each_channel_once(desks: Bench) -> None:
    """Then nothing is due."""
    raised(desks)
    assert (drain(desks.deliver, T0), drain(desks.deliver, T0 + DAY)) == (2, 0)
    assert [len(desks.sent(channel)) for channel in ALL] == [1, 1]
    assert desks.sql("SELECT DISTINCT state, attempts, sent_at FROM deliveries") == [
        {"state": "sent", "attempts": 1, "sent_at": "2026-11-25 12:00:00"}
    ]


def test_messages_of_an_alert_keep_their_order_on_a_channel(desks: Bench) -> None:
    """A later one waits for the earlier; the other channel does not."""
    desks.channels["ops"].errors = [Deferred("busy", until=T0 + HOUR)]
    raised(desks, 3)
    drain(desks.deliver, T0 + 5 * MINUTE)
    assert [len(desks.sent(channel)) for channel in ALL] == [0, 3]
    drain(desks.deliver, T0 + 2 * HOUR)
    assert [message.number for message in desks.sent("ops")] == [1, 2, 3]


def test_a_message_that_is_given_up_does_not_hold_up_the_next(desks: Bench) -> None:
    """It is dead, with its reason; the next one goes."""
    desks.channels["ops"].errors = [Rejected("no such channel")]
    raised(desks, 2)
    drain(desks.deliver, T0 + HOUR)
    assert [message.number for message in desks.sent("ops")] == [2]
    assert desks.sql("SELECT channel, error FROM deliveries WHERE state = 'dead'") == [
        {"channel": "ops", "error": "no such channel"}
    ]


def test_a_channel_that_lets_one_wait_holds_up_no_other(desks: Bench) -> None:
    """Channels take turns, however much has heaped up for one of them."""
    desks.channels["ops"].errors = [Deferred("no answer in time") for _ in range(9)]
    desks.follow(every_mention(channels=("ops",), per="author"))
    desks.hear(*(post(f"{number}", by=f"author-{number}") for number in range(3)))
    desks.run(T0)
    desks.follow(every_mention(name="other", channels=("desk",)))
    raised(desks, at=T0 + HOUR)
    for _ in range(2):
        desks.deliver.step(T0 + HOUR)
    assert len(desks.sent("desk")) == 1


def test_the_next_message_gets_the_receipt_of_the_first(desks: Bench) -> None:
    """So that a channel can join them."""
    raised(desks, 3)
    drain(desks.deliver, T0 + HOUR)
    previous = [one.previous and one.previous.reference for one in desks.channels["ops"].taken]
    assert previous == [None, "receipt-1", "receipt-1"]


def test_a_key_names_a_message_for_ever(desks: Bench) -> None:
    """A second try bears the same key, another message another."""
    desks.channels["ops"].errors = [Deferred("busy")]
    raised(desks, 2)
    drain(desks.deliver, T0 + HOUR)
    drain(desks.deliver, T0 + 2 * HOUR)
    assert [one.key for one in desks.channels["ops"].calls] == ["alert-1-1", "alert-1-1", "alert-1-2"]


def test_a_deferred_message_comes_again_with_growing_pauses(bench: Bench) -> None:
    """15 seconds, then twice as long each time, an hour at most."""
    bench.follow(every_mention())
    bench.channels["ops"].errors = [Deferred("busy") for _ in range(12)]
    raised(bench)
    at, pauses = T0, []
    for _ in range(12):
        bench.deliver.step(at)
        due = bench.deliver.step(at).due
        assert due is not None
        pauses.append((due - at) / 0.75)
        at = due
    assert pauses[:3] == [timedelta(seconds=seconds) for seconds in (14 + 2 / 3, 29 + 1 / 3, 60)]
    assert max(pauses) <= HOUR


def test_a_channel_says_itself_when_to_come_again(bench: Bench) -> None:
    """``until`` is honoured."""
    bench.follow(every_mention())
    bench.channels["ops"].errors = [Deferred("busy", until=T0 + 5 * HOUR)]
    raised(bench)
    drain(bench.deliver, T0)
    assert bench.sql(STATE) == [{"state": "pending", "attempts": 1, "due_at": "2026-11-25 17:00:00", "error": "busy"}]


def test_a_channel_that_asks_for_years_is_asked_in_three_days(bench: Bench) -> None:
    """A message may be given up, but not silently forgotten."""
    bench.follow(every_mention())
    bench.channels["ops"].errors = [Deferred("busy", until=T0 + 4000 * DAY), *[Deferred("busy")] * ENOUGH]
    raised(bench)
    drain(bench.deliver, T0)
    assert bench.value("SELECT due_at FROM deliveries") == "2026-11-28 12:00:00"
    for tries in range(ENOUGH - 1):
        assert bench.column("SELECT state FROM deliveries") == ["pending"]
        drain(bench.deliver, T0 + GIVE_UP + tries * 20 * MINUTE)
    assert bench.column("SELECT state FROM deliveries") == ["dead"]


def test_a_message_is_given_up_after_three_days(bench: Bench) -> None:
    """It is shown as dead, with the last reason and the number of tries."""
    bench.follow(every_mention())
    bench.channels["ops"].errors = [Deferred("still down")] * ENOUGH
    raised(bench)
    for tries in range(ENOUGH - 1):
        drain(bench.deliver, T0 + tries * 20 * MINUTE)
    drain(bench.deliver, T0 + GIVE_UP + MINUTE)
    (dead,) = bench.sql(STATE)
    assert (dead["state"], dead["error"]) == ("dead", "given up after 12 tries: still down")


def test_a_message_that_nobody_tried_to_send_is_not_given_up(bench: Bench) -> None:
    """The machine was off over a long weekend, and the network comes up last."""
    bench.follow(every_mention())
    bench.channels["ops"].errors = [Deferred("no route"), Deferred("no route")]
    raised(bench)
    drain(bench.deliver, T0)
    drain(bench.deliver, T0 + 2 * GIVE_UP)
    drain(bench.deliver, T0 + 2 * GIVE_UP + MINUTE)
    assert bench.column("SELECT state FROM deliveries") == ["sent"]


def test_nothing_is_lost_when_a_channel_breaks_its_contract(desks: Bench) -> None:
    """Whatever it raises is recorded, and the message comes again."""
    desks.channels["ops"].errors = [ZeroDivisionError("oops")]
    raised(desks)
    drain(desks.deliver, T0)
    assert desks.column("SELECT error FROM deliveries WHERE channel = 'ops'") == [
        "the channel failed unexpectedly: ZeroDivisionError"
    ]
    drain(desks.deliver, T0 + HOUR)
    assert [len(desks.sent(channel)) for channel in ALL] == [1, 1]


def cut_short(bench: Bench, at: datetime) -> None:
    """Let a daemon take on the next message for ``ops``, give it to the channel, and be killed before it says so."""
    outbox = Delivering(bench.store)
    claim = outbox.claim(at, LEASE, ["ops"])
    assert claim is not None
    bench.channels["ops"].send(outbox.message(claim, "UTC"), claim.key, claim.previous)


def starting(bench: Bench) -> Deliver:
    """Begin the stage anew, as a daemon does that starts."""
    return Deliver(Delivering(bench.store), bench.channels, "UTC", dice=lambda: 0.0)


def test_a_crash_after_sending_sends_again_and_loses_nothing(bench: Bench) -> None:
    """At least once: what was not written down as sent goes out again at the next start, under the same key."""
    bench.follow(every_mention())
    raised(bench)
    cut_short(bench, T0)
    assert drain(starting(bench), T0 + MINUTE) == 1
    assert [one.key for one in bench.channels["ops"].taken] == ["alert-1-1", "alert-1-1"]


def test_a_message_that_may_have_arrived_twice_is_on_record(bench: Bench) -> None:
    """With when and why, so that duplicates can be counted."""
    bench.follow(every_mention())
    raised(bench)
    cut_short(bench, T0)
    drain(starting(bench), T0 + MINUTE)
    assert bench.sql("SELECT at, outcome, detail FROM delivery_event ORDER BY id") == [
        {"at": "2026-11-25 12:01:00", "outcome": "deferred", "detail": INTERRUPTED},
        {"at": "2026-11-25 12:01:00", "outcome": "sent", "detail": ""},
    ]


def test_a_message_that_ends_every_daemon_waits_ever_longer(bench: Bench) -> None:
    """At once the first time; then it may itself be what kills, and the others are to get out meanwhile."""
    bench.follow(every_mention())
    raised(bench)
    at = T0
    pauses: list[float] = []
    for _ in range(4):
        bench.channels["ops"].errors = [KeyboardInterrupt()]
        with pytest.raises(KeyboardInterrupt):
            drain(starting(bench), at)
        due = starting(bench).step(at).due if pauses else at
        assert due is not None
        pauses.append((due - at).total_seconds())
        at = due
    assert pauses == [0, 22, 45, 90]


def test_the_stage_that_waits_for_a_lease_says_until_when(bench: Bench) -> None:
    """Not that it is due in the past, or its caller would spin."""
    bench.follow(every_mention())
    bench.deliver.step(T0)
    raised(bench)
    Delivering(bench.store).claim(T0, LEASE, ["ops"])
    assert bench.deliver.step(T0 + MINUTE).due == T0 + LEASE


def test_what_waits_for_a_disabled_channel_is_not_due(bench: Bench) -> None:
    """It stays until the channel is enabled again, and nobody waits for it."""
    bench.follow(every_mention())
    raised(bench)
    silent = Deliver(Delivering(bench.store), {}, "UTC", dice=lambda: 0.0)
    progress = silent.step(T0)
    assert (progress.done, progress.due) == (0, None)
    assert drain(bench.deliver, T0 + DAY) == 1


def test_two_claimers_never_get_the_same_message(desks: Bench) -> None:
    """A lease belongs to one."""
    raised(desks)
    claims = [Delivering(desks.store).claim(T0, LEASE, ALL) for _ in range(3)]
    assert [claim and claim.channel for claim in claims] == ["ops", "desk", None]


def test_who_outlived_his_lease_cannot_undo_what_another_did(bench: Bench) -> None:
    """A late failure changes nothing; a late success is one all the same."""
    bench.follow(every_mention())
    raised(bench)
    outbox = Delivering(bench.store)
    late = outbox.claim(T0, LEASE, ["ops"])
    assert late is not None
    drain(bench.deliver, T0 + HOUR)
    outbox.deferred(late, "busy", T0 + DAY, T0 + HOUR)
    outbox.dead(late, "refused", T0 + HOUR)
    assert bench.column("SELECT state FROM deliveries") == ["sent"]


def test_every_attempt_is_on_record(bench: Bench) -> None:
    """With time, outcome and what the channel said."""
    bench.follow(every_mention())
    bench.channels["ops"].errors = [Deferred("busy")]
    raised(bench)
    for minutes in (0, 10):
        drain(bench.deliver, T0 + minutes * MINUTE)
    assert bench.sql("SELECT at, outcome, detail FROM delivery_event") == [
        {"at": "2026-11-25 12:00:00", "outcome": "deferred", "detail": "busy"},
        {"at": "2026-11-25 12:10:00", "outcome": "sent", "detail": ""},
    ]
