"""Which encoding bytes are in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feedbytes import decode

WORDS = {
    "en": "plain words",
    "fr": "Été à Besançon, où l'œuvre coûte 5 €",
    "ru": "Съешь ещё этих мягких французских булок, да выпей же чаю",
    "ja": "色は匂へど散りぬるを我が世誰ぞ常ならむ有為の奥山今日越えて",
    "ko": "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다",
    "zh": "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏",
    "he": "דג סקרן שט בים מאוכזב ולפתע מצא לו חברה איך הקליטה",
    "tr": "Şoför güzel çiçekli ağaca çabucak güvendi",
}
CODINGS = [
    ("utf-8", "fr"),
    ("utf-8", "ja"),
    ("iso-8859-15", "fr"),
    ("windows-1252", "fr"),
    ("windows-1251", "ru"),
    ("koi8-r", "ru"),
    ("iso-8859-5", "ru"),
    ("shift_jis", "ja"),
    ("euc-jp", "ja"),
    ("iso-2022-jp", "ja"),
    ("euc-kr", "ko"),
    ("big5", "ja"),
    ("gb2312", "zh"),
    ("gbk", "zh"),
    ("gb18030", "zh"),
    ("windows-1255", "he"),
    ("iso-8859-9", "tr"),
    ("us-ascii", "en"),
]


def _feed(words: str, declared: str = "") -> str:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    return f"{prolog}<rss><channel><title>{words}</title></channel></rss>"


def _encodable(coding: str, words: str) -> str:
    return words.encode(coding, "ignore").decode(coding)


@pytest.mark.parametrize(("coding", "tongue"), CODINGS)
def test_the_prolog_is_believed(coding: str, tongue: str) -> None:
    """Where it is the only one that says something."""
    words = _encodable(coding, WORDS[tongue])
    assert words in decode(_feed(words, coding).encode(coding), "text/xml")


@pytest.mark.parametrize(("coding", "tongue"), CODINGS)
def test_the_header_is_believed(coding: str, tongue: str) -> None:
    """Quoted, upper case, with other parameters."""
    words = _encodable(coding, WORDS[tongue])
    assert words in decode(_feed(words).encode(coding), f'text/xml; x=y; Charset="{coding.upper()}"')


@pytest.mark.parametrize(
    "coding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "utf-16"])
def test_wide_text_is_seen(coding: str, declared: str) -> None:
    """With and without a mark, whatever else is claimed."""
    assert WORDS["ja"] in decode(_feed(WORDS["ja"], declared).encode(coding), "text/xml; charset=iso-8859-1")


@pytest.mark.parametrize(
    ("coding", "tongue", "prolog", "header"),
    [
        ("utf-8", "fr", "iso-8859-1", ""),
        ("utf-8", "ru", "windows-1251", "text/xml; charset=windows-1252"),
        ("utf-8", "fr", "utf-16", ""),
        ("utf-8", "fr", "", "text/xml; charset=nonsense"),
        ("utf-8", "fr", "", "text/xml; charset=us-ascii"),
        ("utf-8", "fr", "punycode", "text/xml; charset=hex"),
        ("windows-1252", "fr", "utf-8", ""),
        ("windows-1252", "fr", "iso-8859-1", ""),
        ("windows-1252", "fr", "", ""),
        ("windows-1251", "ru", "windows-1251", "text/xml; charset=iso-8859-1"),
        ("windows-1251", "ru", "windows-1251", "text/xml; charset=utf-8"),
        ("koi8-r", "ru", "", ""),
    ],
)
def test_wrong_claims_are_seen_through(coding: str, tongue: str, prolog: str, header: str) -> None:
    """UTF-8 that calls itself otherwise, cp1252 that calls itself latin-1, a server's default against the document."""
    assert WORDS[tongue] in decode(_feed(WORDS[tongue], prolog).encode(coding), header)


def test_an_html_page_names_its_own() -> None:
    """A meta element counts like a prolog."""
    page = f'<html><meta charset="windows-1251"><body>{WORDS["ru"]}'
    assert WORDS["ru"] in decode(page.encode("windows-1251"), "text/html")


def test_a_few_broken_bytes_do_not_spoil_the_rest() -> None:
    """UTF-8 cut in the middle of a character stays UTF-8."""
    body = _feed(WORDS["ja"]).encode() + WORDS["ja"].encode()[:-1]
    assert WORDS["ja"] in decode(body, "text/xml; charset=utf-8")


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_become_text(body: bytes, content_type: str) -> None:
    """Nothing raises, and what comes out can be encoded."""
    decode(body, content_type).encode()
    decode(b"<?xml version='1.0' encoding='" + body[:20] + b"'?>" + body, content_type).encode()
