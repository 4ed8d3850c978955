"""In which language a text is written."""

import pytest

from models.language import UNCLEAR, detect

GERMAN = "Der Kundendienst meldet sich einfach nicht mehr."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my parcel never came and nobody answers", "en"),
        ("great service!", "en"),
        ("so happy with it", "en"),
        (GERMAN, "de"),
        ("Le service client ne r\u00e9pond plus depuis trois semaines.", "fr"),
        ("El paquete lleg\u00f3 roto y nadie me contesta.", "es"),
        ("De klantenservice reageert al weken niet meer.", "nl"),
        ("\u0627\u0644\u062e\u062f\u0645\u0629 \u0633\u064a\u0626\u0629 \u062c\u062f\u0627", "ar"),
    ],
)
def test_languages_are_named(text: str, code: str) -> None:
    """English is judged, others are named."""
    assert detect(text).code == code


@pytest.mark.parametrize("text", ["", "ok", "lol", "\U0001f44d", "12345", "danke", "http", "@user #acme", "\ud800"])
def test_what_cannot_be_told_is_undetermined(text: str) -> None:
    """Too short, or no words at all."""
    assert detect(text).code == UNCLEAR


def test_handles_links_and_hashtags_say_nothing() -> None:
    """A German post full of English names stays German."""
    noise = "@the_best_support_team #thebestever https://example.org/this-is-the-best-of-the-best "
    assert detect(noise * 3 + GERMAN).code == "de"


def test_a_hint_is_mild_evidence() -> None:
    """It decides what cannot be told, and nothing that can."""
    assert detect("ok").code == UNCLEAR
    assert detect("ok", "en-US").code == "en"
    assert detect(GERMAN, "en").code == "de"
    assert detect("my parcel never came and nobody answers", "de").code == "en"
    assert detect(GERMAN, "?!").code == "de"


def test_a_favoured_language_needs_less_evidence() -> None:
    """What we judge is likelier beforehand; the set stays open."""
    text = "danke"
    assert detect(text).code == UNCLEAR
    assert detect(text, favoured=frozenset({"de"})).code == "de"
    assert detect("De klantenservice reageert al weken niet meer.", favoured=frozenset({"de"})).code == "nl"


def test_confidence_is_a_probability() -> None:
    """It grows with the evidence."""
    some, more = detect("it is late"), detect("it is late and my parcel never came and nobody answers")
    assert 0.0 < some.confidence < more.confidence <= 1.0
