"""What the network reads of a passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain.judgement import Passage
from listener.domain.text import Span
from models.encoder import Encoder, Input
from models.reading import EMPTY, NOT_CLEAR, Reader
from tests.models import tiny

FILLERS = (
    "my router is broken and nobody there wants to help me",
    "\u6211\u7684\u8def\u7531\u5668\u574f\u4e86\u6ca1\u4eba\u5e2e\u6211",
    "\U0001f621\U0001f469\u200d\U0001f4bb\U0001f44d\U0001f3fd",
    "caf\u0065\u0301 nai\u0308ve",
    "https://example.org/a/long/path?that=vanishes",
    "[SEP] +49 30 1234 5678",
    "w" * 90,
    "\x00\u200b\r\n",
)
SENTENCE = "my router is broken and nobody there wants to help me "


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Tokenise with few words and a limit of 128."""
    return Encoder(tiny.tokenizer(), 128)


@pytest.fixture(scope="module")
def reader(encoder: Encoder) -> Reader:
    """Read English."""
    return Reader(encoder, frozenset({"en"}), target=True)


def test_a_short_text_is_read_as_it_is(reader: Reader) -> None:
    """Scrubbed, handles kept, without a target where there is no brand."""
    reading = reader.read(Passage("@jane my router is broken, see https://example.org/x"))
    assert reading.inputs == (Input("@jane my router is broken, see http", ""),)
    assert (reading.language, reading.reason) == ("en", None)


def test_the_target_is_named_as_the_text_names_it(reader: Reader) -> None:
    """By the brand's name, else by what matched, else not at all."""
    text = "my #zoomster router is broken and nobody helps"
    named = reader.read(Passage(text, brand="Zoomster", spans=(Span(3, 12),)))
    other = reader.read(Passage(text, brand="Acme", spans=(Span(3, 12),)))
    absent = reader.read(Passage(text, brand="Acme"))
    assert [reading.inputs[0].target for reading in (named, other, absent)] == ["Zoomster", "#zoomster", ""]


def test_a_brand_named_in_the_title_alone_is_the_target(reader: Reader) -> None:
    """As the title names it: a headline says whom the article is about."""
    passage = Passage("the router is broken", "Zoomster", title="zoom app again", title_spans=(Span(0, 8),))
    assert reader.read(passage).inputs[0].target == "zoom app"


def test_handles_stay(reader: Reader) -> None:
    """To whom one writes says what one wants."""
    reading = reader.read(Passage("@AcmeHelp @jane my router is broken", brand="Acme"))
    assert reading.inputs == (Input("@AcmeHelp @jane my router is broken", "Acme"),)


def test_a_parent_and_a_title_stand_before_the_text(reader: Reader) -> None:
    """In this order."""
    passage = Passage("they never help anybody", title="A question", parent="my router is broken", brand="Acme")
    assert reader.read(passage).inputs[0].text == "my router is broken A question they never help anybody"


def test_the_parent_is_cut_first(reader: Reader, encoder: Encoder) -> None:
    """Beside a long text it vanishes, the title keeps its share, and all fits."""
    long = Passage(SENTENCE * 20, title="A question", parent="my parent said so")
    (one,) = reader.read(long).inputs
    assert "parent" not in one.text
    assert one.text.startswith("A question my router")
    assert 120 <= len(encoder.encode([one])[0].ids) <= 128


def test_a_long_parent_leaves_room(reader: Reader, encoder: Encoder) -> None:
    """An answer of a few words is not drowned by what it answers."""
    (one,) = reader.read(Passage("they never help me", parent=SENTENCE * 40)).inputs
    assert one.text.endswith("they never help me")
    assert len(encoder.encode([one])[0].ids) <= 2 + 63 + encoder.cost("they never help me")


@pytest.mark.parametrize("count", [125, 126, 127, 128, 129])
def test_the_limit_is_kept_at_its_border(reader: Reader, encoder: Encoder, count: int) -> None:
    """With first and last token 128 in all; the tokenizer has nothing left to cut."""
    text = " ".join(["my", "router", "is", "broken", "again"] * 26)
    words = text.split()[:count]
    spare = encoder.cost(" ".join(words)) - len(words)
    text = " ".join(words[: count - spare])
    (one,) = reader.read(Passage(text)).inputs
    assert len(encoder.encode([one])[0].ids) == min(encoder.cost(text), 126) + 2
    assert (one.text == text) is (encoder.cost(text) <= 126)


def test_a_long_text_is_read_around_the_brand(reader: Reader, encoder: Encoder) -> None:
    """Each place where it stands, by how often it stands there; scrubbing moves the spans along."""
    start = "@jane @john https://example.org " + SENTENCE * 30
    text = start + "acme acme" + SENTENCE * 30 + "acme"
    first, last = len(start), len(text) - 4
    spans = (Span(first, first + 4), Span(first + 5, first + 9), Span(last, last + 4))
    reading = reader.read(Passage(text, brand="Acme", spans=spans))
    assert reading.weights == (2, 1)
    assert all("acme" in one.text and one.target == "Acme" for one in reading.inputs)
    assert reading.inputs[1].text.endswith("acme")
    assert all(len(encoding.ids) <= 128 for encoding in encoder.encode(reading.inputs))


@given(
    fillers=st.lists(st.tuples(st.sampled_from(FILLERS), st.integers(0, 60)), min_size=2, max_size=4),
    name=st.sampled_from(["acme", "\u732b\u732b", "\U0001f431", "#acme", "caf\u00e9"]),
    brand=st.sampled_from(["Acme", "Acme Corporation International", "\u732b" * 9]),
    title=st.sampled_from(["", "A question about the router"]),
)
def test_wherever_the_brand_stands_it_is_read(
    encoder: Encoder, fillers: list[tuple[str, int]], name: str, brand: str, title: str
) -> None:
    """At the front, at the very end, far apart, in any script, beside what scrubbing shortens; and it always fits."""
    parts, spans, at = [], [], 0
    for filler, times in fillers:
        parts.append(f"{filler} " * times)
        at += len(parts[-1])
        parts.append(f"{name} ")
        spans.append(Span(at, at + len(name)))
        at += len(parts[-1])
    text = "".join(parts)[:-1]
    reading = Reader(encoder, None, target=True).read(Passage(text, brand, tuple(spans), title))
    assert sum(reading.weights) == len(spans)
    assert sum(one.text.count(name) for one in reading.inputs) >= len(spans)
    costs = [encoder.cost(one.text) + encoder.cost(one.target) + (3 if one.target else 2) for one in reading.inputs]
    assert max(costs) <= encoder.longest


def test_a_title_alone_is_a_text(reader: Reader) -> None:
    """A feed's entry may have nothing else."""
    reading = reader.read(Passage("", title="The router is broken again", brand="router"))
    assert reading.inputs == (Input("The router is broken again", "router"),)


def test_why_nothing_is_read(reader: Reader) -> None:
    """Empty, unclear, or in a language that is not judged."""
    texts = ("\u200b", "lol", "Der Kundendienst meldet sich einfach nicht mehr.")
    reasons = [reader.read(Passage(text)).reason for text in texts]
    assert reasons == [EMPTY, NOT_CLEAR, "unsupported language: de"]


def test_a_short_answer_is_in_its_parents_language(reader: Reader) -> None:
    """An "ok" under an English post is English."""
    assert reader.read(Passage("ok")).reason == NOT_CLEAR
    assert reader.read(Passage("ok", parent="my parcel never came and nobody answers")).language == "en"


def test_a_reader_of_any_language_reads_all(encoder: Encoder) -> None:
    """Without a set of languages none is refused, and a model without targets gets none."""
    reader = Reader(encoder, None, target=False)
    for text in ("lol", "Der Kundendienst meldet sich einfach nicht mehr."):
        assert reader.read(Passage(text, brand="Kundendienst")).inputs == (Input(text, ""),)
