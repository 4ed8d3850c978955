"""The rule ``frequency``: many people within a short time, whatever the order in which they are heard."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from listener.domain.rules.decision import Decision, Evidence
from listener.domain.rules.frequency import FrequencyRule
from tests.domain.rules import CALM, evidence, mention

SECONDS = st.integers(-900, 900)
AUTHORS = st.sampled_from(["a", "b", "c", "d"])
CROWDS = st.lists(st.tuples(SECONDS, AUTHORS), max_size=7).map(
    lambda found: [evidence(number, at, who) for number, (at, who) in enumerate(found, start=2)]
)


def rule(**more: Any) -> FrequencyRule:
    """Make a rule that asks for three complaints within ten minutes."""
    return FrequencyRule.model_validate({"name": "wave", "complaint": True, "count": 3, "within": "10 min", **more})


def decide(known: Sequence[Evidence], **more: Any) -> Decision:
    """Decide on a mention at T0."""
    return rule(**more).decide(mention(), known)


def best(known: Sequence[Evidence], authors: int) -> int:
    """Count the fullest window around T0 with enough authors, by looking at all of them."""
    everybody = [*known, evidence(1, 0)]
    full = 0
    for first in everybody:
        inside = [
            one for one in everybody if first.posted_at <= one.posted_at <= first.posted_at + timedelta(minutes=10)
        ]
        if any(one.mention_id == 1 for one in inside) and len({one.author for one in inside}) >= authors:
            full = max(full, len(inside))
    return full


@given(CROWDS, st.integers(1, 8), st.integers(1, 4))
def test_it_fires_when_some_window_holds_enough_and_never_below(
    known: list[Evidence], count: int, authors: int
) -> None:
    """The same as counting every window by hand."""
    assert decide(known, count=count, authors=authors).fires is (best(known, authors) >= count)


@given(CROWDS, st.integers(1, 8), st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(known: list[Evidence], count: int, authors: int, dice: Any) -> None:
    """The decision is the same to the letter."""
    shuffled = list(known)
    dice.shuffle(shuffled)
    assert decide(known, count=count, authors=authors) == decide(shuffled, count=count, authors=authors)


@given(st.permutations([(0, "a"), (300, "b"), (600, "c"), (1201, "d"), (1500, "a")]))
def test_the_order_of_arrival_does_not_change_which_windows_qualify(order: list[tuple[int, str]]) -> None:
    """Whoever completes the wave raises it; all of it is then in its evidence."""
    heard: list[Evidence] = []
    fired: list[set[int]] = []
    for at, who in order:
        decision = rule().decide(mention(at, mention_id=at, author=who), heard)
        heard.append(evidence(at, at, who))
        fired += [set(decision.evidence)] if decision.fires else []
    assert fired == [{0, 300, 600}]


@given(CROWDS)
def test_its_evidence_is_a_window_that_holds_the_mention(known: list[Evidence]) -> None:
    """Oldest first, none twice, none outside."""
    decision = decide(known)
    by_number = {one.mention_id: one for one in (*known, evidence(1, 0))}
    times = [by_number[number].posted_at for number in decision.evidence]
    assert 1 in decision.evidence
    assert times == sorted(times)
    assert times[-1] - times[0] <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("offsets", "fires"),
    [
        ((-600, -300), True),
        ((-601, -300), False),
        ((300, 600), True),
        ((300, 601), False),
        ((-300, 300), True),
        ((-301, 300), False),
        ((0, 0), True),
        ((-1,), False),
    ],
)
def test_edges_of_the_window_are_inside(offsets: tuple[int, ...], fires: bool) -> None:  # noqa: FBT001
    """Ten minutes are ten minutes, on either side."""
    assert decide([evidence(number, at) for number, at in enumerate(offsets, start=2)]).fires is fires


@pytest.mark.parametrize(("authors", "fires"), [(1, True), (2, True), (3, False)])
def test_authors_are_counted_once_each(authors: int, fires: bool) -> None:  # noqa: FBT001
    """Three mentions by two people."""
    known = [evidence(2, 10, "forum:bob"), evidence(3, 20, "forum:ann")]
    decision = decide(known, authors=authors)
    assert (decision.fires, decision.numbers["authors"]) == (fires, 2)


def test_the_mention_itself_is_not_counted_twice() -> None:
    """After an edit it stands in its own evidence."""
    assert decide([evidence(1, 0), evidence(2, 1)]).numbers["count"] == 2


def test_a_window_that_is_enough_wins_over_a_fuller_one_that_is_not() -> None:
    """Five mentions of one person do not hide three people."""
    crowd = [evidence(number, number - 300) for number in range(2, 7)]
    people = [evidence(10, 500, "b"), evidence(11, 550, "c")]
    decision = decide([*crowd, *people], authors=3)
    assert decision.fires
    assert {1, 10, 11} <= set(decision.evidence)


def test_a_mention_that_does_not_meet_the_conditions_is_no_evidence() -> None:
    """And raises nothing, however many others there are."""
    decision = rule().decide(mention(judgement=CALM), [evidence(number, 0) for number in range(2, 9)])
    assert decision == Decision(met=False, fires=False, reason="complaint is no, not yes")


def test_the_reason_has_the_numbers() -> None:
    """What there was, and what the rule asks for."""
    decision = decide([evidence(2, 60, "forum:bob"), evidence(3, 120)])
    assert decision.reason == "The rule wave asks for 3 complaint mentions within 10 min; there are 3 by 2 authors."
    assert decide([], authors=2).reason.startswith("The rule wave asks for 3 complaint mentions by 2 authors within")
    assert decision.title == "Acme: 3 complaint mentions by 2 authors within 10 min"
    assert decision.numbers == {"count": 3, "authors": 2, "seconds": 600}


def test_one_is_said_as_one() -> None:
    """No plural where there is none."""
    assert decide([], count=1).title == "Acme: 1 complaint mention by 1 author within 10 min"


@pytest.mark.parametrize("bad", [{"count": 0}, {"authors": 0}, {"within": "soon"}], ids=str)
def test_impossible_settings_are_refused(bad: dict[str, Any]) -> None:
    """Nothing fires by less than one mention."""
    with pytest.raises(ValidationError):
        rule(**bad)


@pytest.mark.parametrize(
    ("known", "authors"),
    [
        ([evidence(2, -700, "ann"), evidence(3, -300, "ann")], 2),
        ([evidence(2, -700, "ann"), evidence(3, -300, "bob")], 2),
        ([evidence(2, -300, "ann"), evidence(3, -200, "ann")], 2),
        ([evidence(2, -300, "ann"), evidence(3, -200, "bob")], 3),
    ],
)
def test_authors_are_counted_within_the_window_alone(known: list[Evidence], authors: int) -> None:
    """Who spoke before it does not count, who spoke before and in it counts once."""
    decision = decide(known, count=2)
    assert (decision.met, decision.fires, decision.numbers["authors"]) == (True, True, authors)


def test_a_mention_that_meets_the_conditions_is_evidence_though_it_does_not_fire() -> None:
    """For those that follow."""
    decision = decide([])
    assert (decision.met, decision.fires) == (True, False)


def test_a_rule_without_conditions_counts_mentions_plainly() -> None:
    """No kind of mention is named."""
    assert decide([], complaint=None, count=1).title == "Acme: 1 mention by 1 author within 10 min"
