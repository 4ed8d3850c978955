"""What NEAR finds: distances, orders, chains, NOT at their ends, and emoji between words."""

import pytest

from tests.domain.matching import found

THUMB, DOWN = "\U0001f44d", "\U0001f44e"

DISTANCES = [
    ("acme NEAR/2 refund", "refund one two acme", ["refund", "acme"]),
    ("acme NEAR/2 refund", "refund one two three acme", None),
    ("acme NEAR/0 refund", "acme, refund", ["acme", "refund"]),
    ("acme NEAR/1 refund", "acme x x x acme x refund", ["acme", "refund"]),
    ("acme NEAR/1 refund", "acme x " * 50 + "refund", ["acme", "refund"]),
    ("acme NEAR/3 acme", "acme", None),
    ("acme NEAR/3 acme", "acme or acme", ["acme", "acme"]),
    ('"big acme" NEAR/1 (refund OR "money back")', "big acme: your money back", ["big acme", "money back"]),
    (
        'x NEAR/0 (acme OR "big refund")',
        "x acme x, then x big refund x",
        ["x", "acme", "x", "x", "big refund", "x"],
    ),
    ("acme NEAR/1 refund", "acme https://t.co/a/b?c=d refund", ["acme", "refund"]),
    ("x NEAR/0 acme", "x #Acme2024", ["x", "Acme"]),
]
ORDERS = [
    ("acme ONEAR/3 refund", "acme got refund", ["acme", "refund"]),
    ("acme ONEAR/3 refund", "refund acme", None),
    ("acme ONEAR/1 refund", "refund acme Refund", ["acme", "Refund"]),
    ("acme ONEAR/1 refund", "acme refund Acme", ["acme", "refund"]),
    ("acme ONEAR/3 acme", "acme or acme", ["acme", "acme"]),
]
CHAINS = [
    ("a NEAR/1 b NEAR/1 c", "a b x c", ["a", "b", "c"]),
    ("a NEAR/1 b NEAR/1 c", "a b x x c", None),
    ("(a NEAR/0 b) NEAR/1 c", "c a b", ["c", "a", "b"]),
    ("(a NEAR/0 b) NEAR/1 c", "c a x b", None),
]
NEGATED = [
    ("acme NEAR/2 NOT refund", "acme refund, later on there is Acme", ["Acme"]),
    ("acme NEAR/2 NOT refund", "acme refund", None),
    ("acme NEAR/1 NOT refund", "acme only", ["acme"]),
    ("NOT refund NEAR/2 acme", "refund acme, later on there is Acme", ["Acme"]),
    ("NOT very ONEAR/0 good", "very good; Good, very", ["Good"]),
    ("good ONEAR/0 NOT grief", "good grief, grief, Good", ["Good"]),
    ("NOT x NEAR/0 a NEAR/3 b", "x a c b; A c b", ["b", "A", "b"]),
    ("a NEAR/1 b NEAR/0 NOT c", "a b c, A B d", ["A", "B"]),
]
EMOJI = [
    (f"acme NEAR/0 {THUMB}", f"{THUMB} acme", [THUMB, "acme"]),
    (f"acme NEAR/0 {THUMB}", f"x x acme {THUMB}", ["acme", THUMB]),
    (f"acme NEAR/0 {THUMB}", f"acme x {THUMB}", None),
    (f"acme NEAR/1 {THUMB}", f"acme x {THUMB}", ["acme", THUMB]),
    (f"acme NEAR/1 {THUMB}", f"acme https://t.co/a/b {THUMB}", ["acme", THUMB]),
    (f'"big acme" NEAR/0 {THUMB}', f"big acme x {THUMB}", None),
    (f"{THUMB} NEAR/0 {DOWN}", f"{THUMB}{DOWN} acme", [THUMB, DOWN]),
    (f"{THUMB} NEAR/0 {DOWN}", "word " * 20 + THUMB + DOWN, [THUMB, DOWN]),
    (f"{THUMB} NEAR/0 {DOWN}", f"{THUMB} x x {DOWN}", None),
]


@pytest.mark.parametrize(("query", "text", "stretches"), DISTANCES + ORDERS + CHAINS + NEGATED + EMOJI)
def test_near_counts_the_words_between(query: str, text: str, stretches: list[str] | None) -> None:
    """So many at most; and of each side the hits alone that satisfy it take part."""
    assert found(query, text) == stretches
