"""What all rules share: keys, versions, brands; and the rule ``mention``."""

from typing import Any, cast

import pytest

from listener.domain.match import Document
from listener.domain.rules.decision import Grouping
from listener.domain.rules.mention import MentionRule
from listener.domain.rules.registry import TYPES
from listener.domain.schema import Block
from tests.domain.rules import CALM, mention


def rule(**more: Any) -> MentionRule:
    """Make a rule on single mentions."""
    return MentionRule.model_validate({"name": "one", **more})


@pytest.mark.parametrize(
    ("per", "key"),
    [
        ("brand", "Acme"),
        ("thread", "Acme/thread/forum/root"),
        ("story", "Acme/story/5"),
        ("author", "Acme/author/forum:ann"),
    ],
)
def test_the_key_is_what_counts_as_the_same_alert(per: str, key: str) -> None:
    """Always within one brand."""
    assert rule(per=per).key(mention()) == key


def test_every_grouping_has_a_key_of_its_own() -> None:
    """None shares its alerts with another."""
    assert len({rule(per=per).key(mention()) for per in Grouping}) == len(Grouping)


@pytest.mark.parametrize(
    "change",
    [{"complaint": True}, {"min_reach": 5}, {"query": "acme"}, {"per": "thread"}, {"brand": "Acme"}, {"name": "two"}],
    ids=str,
)
def test_the_version_changes_with_what_shapes_a_decision(change: dict[str, Any]) -> None:
    """Decisions of another version are no evidence for this one."""
    assert rule(**change).version != rule().version


@pytest.mark.parametrize("change", [{"severity": "critical"}, {"channels": ("ops",)}, {"cooldown": "2 h"}], ids=str)
def test_the_version_stays_with_what_does_not(change: dict[str, Any]) -> None:
    """Telling somebody else does not forget what was heard."""
    assert (rule(**change).version, rule(**change).settings != rule().settings) == (rule().version, True)


def test_the_version_stays_with_the_settings() -> None:
    """However they are written, on every machine and in every year."""
    assert rule(cooldown="60 min").version == rule(cooldown="1 h").version == rule().version
    assert rule().settings.startswith('{"sentiment":[]')


@pytest.mark.parametrize(("brand", "concerns"), [("", True), ("Acme", True), ("Bolt", False), ("acme", False)])
def test_a_rule_is_for_one_brand_or_all(brand: str, concerns: bool) -> None:  # noqa: FBT001
    """By its name as configured."""
    assert rule(brand=brand).concerns("Acme") is concerns


def test_a_mention_that_meets_the_conditions_fires_by_itself() -> None:
    """With its numbers, and itself as the evidence."""
    decision = rule(complaint=True, anger=True).decide(mention(), [])
    assert (decision.met, decision.fires, decision.evidence) == (True, True, (1,))
    assert decision.title == "Acme: angry complaint mention on forum"
    assert decision.numbers == {"p_complaint": 0.9, "p_anger": 0.7, "p_negative": 0.9}


def test_a_reach_that_is_unknown_counts_as_none() -> None:
    """Where the rule asks for none at all, too."""
    assert "reach 0 (at least 0)" in rule(min_reach=0).decide(mention(reach=None), []).reason


def test_a_mention_that_does_not_is_no_news() -> None:
    """With the reason."""
    decision = rule(complaint=True).decide(mention(judgement=CALM), [])
    assert (decision.met, decision.fires, decision.reason) == (False, False, "complaint is no, not yes")


BLOCKS = cast("dict[str, type[Block]]", TYPES)


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_type_is_registered_by_its_own_name(kind: str) -> None:
    """As it stands in ``type = …``."""
    assert BLOCKS[kind].model_fields["type"].default == kind


@pytest.mark.parametrize("kind", BLOCKS)
def test_rules_are_frozen(kind: str) -> None:
    """The same mention and evidence give the same decision for ever."""
    made = BLOCKS[kind].model_validate({"name": "one", "count": 2} if kind == "frequency" else {"name": "one"})
    with pytest.raises(ValueError, match="frozen"):
        setattr(made, "name", "two")  # noqa: B010 - as a mistake would


def test_a_rule_without_conditions_says_so_plainly() -> None:
    """No kind of mention, no numbers."""
    decision = rule().decide(mention(), [])
    assert decision.title == "Acme: mention on forum"
    assert decision.reason == "This mention of Acme meets every condition of the rule one."


def test_all_measured_numbers_are_said() -> None:
    """Beside what was asked for, one after the other."""
    decision = rule(min_complaint=0.5, min_anger=0.5).decide(mention(), [])
    assert "with p(complaint) 0.90 (at least 0.50), p(anger) 0.70 (at least 0.50) meets" in decision.reason


def test_what_came_by_a_feed_is_placed_on_its_site() -> None:
    """In the title that people read."""
    document = Document(text="acme is broken", platform="rss", url="https://www.example.com/a")
    assert rule().decide(mention(document=document), []).title == "Acme: mention on example.com"
