"""Stories: when two texts are one and the same, or nearly so."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.story import BANDS, PERMUTATIONS, SHORT, SIMILAR, fingerprint, likeness

SOME = ("acme", "kettle", "is", "was", "broken", "again", "today", "the", "plug", "überhitzt", "爆炸", "7")
TEXTS = st.lists(st.sampled_from(SOME), min_size=SHORT, max_size=30).map(" ".join)


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_fingerprint_that_stays_the_same(title: str, text: str, author: str) -> None:
    """Lone surrogates and control characters included."""
    assert fingerprint(title, text, author) == fingerprint(title, text, author)


@given(TEXTS)
def test_a_text_is_like_itself(text: str) -> None:
    """By its hash and by its signature, whoever wrote it."""
    one, other = fingerprint("", text, "ann"), fingerprint("", text, "bob")
    assert one == other
    assert likeness(one.signature, other.signature) == 1.0


@given(TEXTS, TEXTS)
def test_likeness_is_a_share_and_has_no_direction(one: str, other: str) -> None:
    """Between 0 and 1, the same both ways."""
    ours, theirs = fingerprint("", one, "a").signature, fingerprint("", other, "a").signature
    assert 0 <= likeness(ours, theirs) == likeness(theirs, ours) <= 1


@given(TEXTS, TEXTS)
def test_texts_that_are_alike_enough_meet_in_a_band(one: str, other: str) -> None:
    """Equal rows fill at least one band whole, or the likeness is too small to matter."""
    ours, theirs = fingerprint("", one, "a"), fingerprint("", other, "a")
    unequal = round((1 - likeness(ours.signature, theirs.signature)) * PERMUTATIONS)
    assert set(ours.bands) & set(theirs.bands) or unequal >= BANDS


@given(TEXTS, st.sampled_from(["upper", "spaced", "dotted", "linked"]))
def test_case_spacing_punctuation_and_links_do_not_count(text: str, change: str) -> None:
    """People and machines copy with small changes."""
    changed = {
        "upper": text.upper(),
        "spaced": text.replace(" ", "\n\t "),
        "dotted": text.replace(" ", ", ") + "!",
        "linked": f"https://a.example/x?y=z {text} http://b.example",
    }[change]
    assert fingerprint("", changed, "b").text_hash == fingerprint("", text, "a").text_hash


@given(st.lists(st.sampled_from(["acme", "is", "broken", "again", "today"]), max_size=SHORT - 1))
def test_short_texts_are_the_same_only_by_the_same_author(words: list[str]) -> None:
    """People who have never met write them alike."""
    text = " ".join(words)
    one, other, again = (fingerprint("", text, author) for author in ("ann", "bob", "ann"))
    assert one.text_hash != other.text_hash
    assert (one, one.bands) == (again, ())


@given(TEXTS)
def test_title_and_text_are_one(text: str) -> None:
    """Some platforms have titles, others put all into the text."""
    first, _, rest = text.partition(" ")
    assert fingerprint(first, rest, "a") == fingerprint("", text, "a")


@pytest.mark.parametrize(("words_added", "same"), [(0, True), (4, True), (10, True), (80, False)])
def test_a_by_line_is_no_other_story(words_added: int, same: bool) -> None:  # noqa: FBT001
    """A few words on top of a hundred are; as many again are another text."""
    body = " ".join(f"word{number}" for number in range(100))
    line = " ".join(f"name{number}" for number in range(words_added))
    found = likeness(fingerprint("", body, "a").signature, fingerprint("", f"{line} {body}", "b").signature)
    assert (found >= SIMILAR) is same


@pytest.mark.parametrize(("one", "other"), [(b"", b""), (b"", b"1234"), (b"1234", b"12345678")])
def test_what_has_no_signature_is_like_nothing(one: bytes, other: bytes) -> None:
    """Short texts have none."""
    assert likeness(one, other) == 0.0


def test_signatures_never_change() -> None:
    """They live in stores: another algorithm or seed needs a migration."""
    mark = fingerprint("Recall", "Acme recalls about two million coffee makers sold since 2023", "ann")
    assert (mark.text_hash, len(mark.signature), len(mark.bands)) == ("ff38f250d7a916ac25f03b621af7a9a9", 256, 16)
    assert (mark.signature[:8].hex(), mark.bands[0]) == ("c06d7c04c41b4c08", 266891001015858)
    assert hashlib.sha256(mark.signature).hexdigest().startswith("f6c1d32655cd75b5")
    assert fingerprint("", "acme is broken", "ann").text_hash == "a920943a83b8dff991bcee9ca914eecf"


def test_any_author_can_be_told_from_others() -> None:
    """Names that are no valid text included."""
    assert fingerprint("", "acme", "\ud800") != fingerprint("", "acme", "\udfff")


def test_likeness_is_the_share_of_equal_rows() -> None:
    """Row by row, four bytes each."""
    assert likeness(b"samehere", b"samesame") == 0.5
    assert likeness(b"", b"") == likeness(b"same", b"samesame") == 0.0
