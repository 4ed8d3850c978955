"""EVALUATE: every judged mention meets every rule once, and what fires becomes an alert."""

from itertools import permutations

import pytest

from listener.domain.post import Post
from listener.domain.rules.frequency import FrequencyRule
from listener.domain.rules.mention import MentionRule
from listener.stages.evidence import BatchEvidence
from tests.scripted import HOUR, MINUTE, T0, Bench, brand, drain, every_mention, post

NEXT = T0 + HOUR


def frequency(**more: object) -> FrequencyRule:
    """Make a rule that asks for three complaints within ten minutes."""
    settings = {"name": "wave", "channels": ("ops",), "cooldown": "0 s", "complaint": True, "count": 3}
    return FrequencyRule.model_validate({**settings, "within": "10 min", **more})


def complaints(*minutes: int, by: str = "ann") -> list[Post]:
    """Make complaints that were posted at these minutes."""
    return [post(f"{by}-{at}", f"acme is broken {at}", by=by, created_at=T0 + at * MINUTE) for at in minutes]


def test_a_mention_that_meets_a_rule_raises_an_alert(bench: Bench) -> None:
    """With the rule's severity, title and reason."""
    bench.follow(every_mention(complaint=True, severity="critical"))
    bench.tell(post("1"))
    assert bench.sql("SELECT rule, brand, severity, state, events, title FROM alerts") == [
        {
            "rule": "every",
            "brand": "Acme",
            "severity": "critical",
            "state": "open",
            "events": 1,
            "title": "Acme: complaint mention on forum",
        }
    ]


def test_a_mention_that_meets_no_rule_raises_nothing(bench: Bench) -> None:
    """And is not looked at again."""
    bench.follow(every_mention(complaint=True))
    bench.tell(post("1", "acme is fine"))
    assert (bench.sql("SELECT * FROM alerts"), drain(bench.evaluate, NEXT)) == ([], 0)


def test_evaluating_twice_raises_once(bench: Bench) -> None:
    """Decisions are kept by rule version, key and mention."""
    bench.follow(every_mention())
    bench.tell(post("1"))
    with bench.store.write() as db:
        db.exec_driver_sql("UPDATE mention SET evaluated = 0")
    bench.run(NEXT)
    assert bench.sql("SELECT events FROM alerts") == [{"events": 1}]
    assert bench.value("SELECT count(*) FROM decision") == len(bench.sent()) == 1


def test_an_edit_does_not_raise_a_second_time(bench: Bench) -> None:
    """The same mention, still a complaint, is the same news."""
    bench.follow(every_mention(complaint=True))
    bench.tell(post("1"))
    bench.tell(post("1", "acme is broken, really"), at=NEXT)
    assert len(bench.sent()) == 1


def test_a_decision_keeps_its_numbers(bench: Bench) -> None:
    """Why somebody was told can be shown for ever."""
    bench.follow(every_mention(complaint=True))
    bench.tell(post("1"))
    (decision,) = bench.sql("SELECT fires, reason, numbers, author FROM decision")
    assert decision["fires"] == 1
    assert '"p_complaint": 0.9' in decision["numbers"]
    assert (decision["author"], decision["reason"][:30]) == ("forum:ann", "This complaint mention of Acme")


def test_a_rule_for_one_brand_leaves_others_alone(bench: Bench) -> None:
    """Empty means all brands."""
    bench.listen_for(brand(), brand("Bolt", "bolt"))
    bench.follow(every_mention(brand="Bolt"))
    bench.tell(post("1"), post("2", "bolt is broken"))
    assert bench.column("SELECT brand FROM alerts") == ["Bolt"]


def test_history_alerts_nobody(bench: Bench) -> None:
    """It is judged and marked as evaluated."""
    bench.follow(every_mention())
    bench.tell(post("1", created_at=T0 - HOUR))
    assert bench.sql("SELECT * FROM alerts") == []
    assert bench.column("SELECT evaluated FROM mention") == [1]


def test_history_alerts_where_it_was_asked_for(bench: Bench) -> None:
    """``--alert-history`` treats it as news."""
    bench.follow(every_mention(), alert_history=True)
    bench.tell(post("1", created_at=T0 - HOUR))
    assert len(bench.sent()) == 1


def test_history_is_no_evidence(bench: Bench) -> None:
    """Old complaints do not make a wave of one new one."""
    bench.follow(frequency())
    bench.tell(*complaints(-3, -2, 1))
    assert bench.sql("SELECT * FROM alerts") == []


@pytest.mark.parametrize(("posted", "alerts"), [((0, 4, 9), 1), ((0, 4), 0), ((0, 4, 10), 1), ((0, 4, 11), 0)])
def test_a_wave_raises_one_alert(bench: Bench, posted: tuple[int, ...], alerts: int) -> None:
    """Enough complaints within the window, its edges included."""
    bench.follow(frequency())
    bench.tell(*complaints(*posted), at=NEXT)
    assert bench.value("SELECT count(*) FROM alerts") == alerts


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_hearing_does_not_matter(bench: Bench, order: tuple[int, ...]) -> None:
    """Windows lie over the times of posting."""
    bench.follow(frequency())
    wave = complaints(0, 3, 10)
    for turn, which in enumerate(order):
        bench.tell(wave[which], at=NEXT + turn * HOUR)
    assert bench.sql("SELECT events FROM alerts") == [{"events": 3}]


def test_a_wave_in_one_batch_is_one_message(bench: Bench) -> None:
    """The first message goes at once, with everything of the batch."""
    bench.follow(frequency(cooldown="1 h"))
    bench.tell(*complaints(*range(8)), at=NEXT)
    (message,) = bench.sent()
    assert (message.events, message.held_back, len(message.excerpts)) == (8, 0, 5)


def test_a_wave_that_goes_on_grows_its_alert(bench: Bench) -> None:
    """Each mention is one event of it, once."""
    bench.follow(frequency())
    bench.tell(*complaints(0, 1, 2), at=NEXT)
    bench.tell(*complaints(3), at=NEXT + MINUTE)
    assert bench.sql("SELECT events, deliveries FROM alerts") == [{"events": 4, "deliveries": 2}]
    assert bench.column("SELECT kind FROM alert_event ORDER BY id") == ["opened", "grew", "grew", "grew"]


def test_a_complaint_that_was_edited_away_is_no_evidence(bench: Bench) -> None:
    """What no longer meets the conditions does not count towards the wave."""
    bench.follow(frequency())
    bench.tell(*complaints(0, 1), at=NEXT)
    bench.tell(post("ann-0", "acme is fine again", created_at=T0), at=NEXT + MINUTE)
    bench.tell(*complaints(2), at=NEXT + HOUR)
    assert bench.sql("SELECT * FROM alerts") == []


def test_a_complaint_that_was_edited_back_is_evidence_again(bench: Bench) -> None:
    """Still once: the decision is kept, and stands again."""
    bench.follow(frequency())
    bench.tell(*complaints(0, 1), at=NEXT)
    for turn, text in enumerate(("acme is fine", "acme is broken 0")):
        bench.tell(post("ann-0", text, created_at=T0), at=NEXT + (turn + 1) * MINUTE)
    bench.tell(*complaints(2), at=NEXT + HOUR)
    assert bench.sql("SELECT events FROM alerts") == [{"events": 3}]


def test_a_withdrawn_mention_is_no_evidence(bench: Bench) -> None:
    """Out of views and rules."""
    bench.follow(frequency())
    bench.tell(*complaints(0, 1), at=NEXT)
    bench.tell(post("ann-0", "no name", created_at=T0), at=NEXT + MINUTE)
    bench.tell(*complaints(2), at=NEXT + HOUR)
    assert bench.sql("SELECT * FROM alerts") == []


def test_an_edited_complaint_counts_once_in_its_batch(bench: Bench) -> None:
    """It stands in the store and in the batch, and is one mention all the same."""
    bench.follow(frequency())
    bench.tell(*complaints(0), at=NEXT)
    bench.tell(post("ann-0", "acme is broken still", created_at=T0), *complaints(1), at=NEXT + MINUTE)
    assert bench.sql("SELECT * FROM alerts") == []


def test_a_wave_asks_for_distinct_authors(bench: Bench) -> None:
    """One angry person is no wave."""
    bench.follow(frequency(authors=2))
    bench.tell(*complaints(0, 1, 2, 3), at=NEXT)
    assert bench.sql("SELECT * FROM alerts") == []
    bench.tell(*complaints(4, by="bob"), at=NEXT + HOUR)
    assert bench.sql("SELECT events FROM alerts") == [{"events": 5}]


def test_waves_are_counted_by_key(bench: Bench) -> None:
    """``per = thread`` looks at each conversation for itself."""
    bench.follow(frequency(count=2, per="thread"))
    pair = [post(name, f"acme is broken {name}", root_id=root) for name, root in (("a", "x"), ("b", "y"), ("c", "x"))]
    bench.tell(*pair, at=NEXT)
    assert bench.sql("SELECT key, events FROM alerts") == [{"key": "Acme/thread/forum/x", "events": 2}]


def test_two_rules_decide_for_themselves(bench: Bench) -> None:
    """Each raises its own alert."""
    bench.follow(every_mention(), frequency(count=1, authors=1))
    bench.tell(post("1"))
    assert sorted(bench.column("SELECT rule FROM alerts")) == ["every", "wave"]


def test_a_mention_on_which_a_rule_breaks_does_not_stop_the_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits and is tried again."""
    decide = MentionRule.decide

    def breaks(rule: MentionRule, mention: object, evidence: object) -> object:
        if "bad" in mention.document.text:  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return decide(rule, mention, evidence)  # type: ignore[arg-type]

    monkeypatch.setattr(MentionRule, "decide", breaks)
    bench.follow(every_mention(per="author"))
    bench.hear(post("1", "acme bad", by="bob"), post("2"))
    drain(bench.assess, T0)
    assert bench.evaluate.step(T0).errors == 1
    assert (bench.column("SELECT key FROM alerts"), drain(bench.evaluate, T0)) == (["Acme/author/forum:ann"], 0)
    monkeypatch.setattr(MentionRule, "decide", decide)
    drain(bench.evaluate, T0 + 10 * MINUTE)
    assert bench.value("SELECT count(*) FROM alerts") == 2


def test_a_mention_edited_while_it_is_evaluated_comes_again(bench: Bench) -> None:
    """What was decided on the former text is not written."""
    bench.follow(every_mention(complaint=True))
    bench.hear(post("1"))
    drain(bench.assess, T0)
    (pending,) = bench.evaluate._store.pending(T0, 9)
    evaluated = bench.evaluate._guarded(pending, BatchEvidence(bench.evaluate._store, [pending.mention]))
    bench.hear(post("1", "acme is fine"), at=NEXT)
    assert evaluated is not None
    bench.evaluate._store.commit([evaluated], frozenset({"ops"}), NEXT)
    assert bench.sql("SELECT * FROM decision") == []
    bench.run(NEXT)
    assert (bench.sent(), bench.column("SELECT evaluated FROM mention")) == ([], [1])
