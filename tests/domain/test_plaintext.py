"""HTML to plain text that keeps its paragraphs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.domain import plaintext

TABLE = [
    ("plain", "plain"),
    ("two  spaces\tand a tab", "two spaces and a tab"),
    ("two  spaces", "two spaces"),
    ("a space \nbefore", "a space\nbefore"),
    ("a space\n behind", "a space\nbehind"),
    ("line\nline\n\nparagraph\n\n\n\nend", "line\nline\n\nparagraph\n\nend"),
    ("Fish &amp; chips &#8211; 5&nbsp;&euro;", "Fish & chips \u2013 5 €"),
    ("&amp;lt;", "&lt;"),
    ("one \n two", "one\ntwo"),
    ("5 < 6 && 7 > 3", "5 < 6 && 7 > 3"),
    ("I <3 you", "I <3 you"),
    ("un<b>believ</b>able", "unbelievable"),
    ("<p>One</p><p>Two</p>", "One\n\nTwo"),
    ("<p>One\nstill one</p>\n\n<p>Two</p>", "One still one\n\nTwo"),
    ("a<br>b<br/>c", "a\nb\nc"),
    ("a<br><br>b", "a\n\nb"),
    ("a<div>b</div><div>c</div>d", "a\nb\nc\nd"),
    ("a<div>5&nbsp;&euro;</div><div>&nbsp;</div>b", "a\n5 €\n\nb"),
    ("<div>Xbox</div>", "Xbox"),
    ("<ul><li>a<li>b</ul>c", "a\nb\n\nc"),
    ("<h1>Head</h1>text", "Head\n\ntext"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("<pre>one\n  two</pre>three", "one\ntwo\n\nthree"),
    ("<blockquote>said</blockquote>answer", "said\n\nanswer"),
    ("a<script>evil()</script>b<style>p{}</style>c<!-- d -->e", "abce"),
    ("<p>now</p><noscript>x</noscript><iframe>y</iframe><svg><text>z</text></svg>ok", "now\n\nok"),
    ('<a href="https://example.com/">link</a>, and <img src="x.png" alt="alt">', "link, and"),
    ("<p>open <b>never closed", "open never closed"),
    ("<p><p><p>x</p></p></p>", "x"),
    ("a<hr>b", "a\n\nb"),
    ("&lt;p&gt;escaped&lt;/p&gt;&lt;p&gt;twice&lt;/p&gt;", "escaped\n\ntwice"),
    ("<p>&lt;b&gt;bold&lt;/b&gt; is how you write it</p>", "<b>bold</b> is how you write it"),
    ("<p>close it<br>with &lt;/a&gt;</p>", "close it\nwith </a>"),
    ("<![CDATA[<p>left over</p>]]>", "left over"),
    ("<![CDATA[words alone]]>", "words alone"),
    ("<p>x]]>y</p>", "x]]>y"),
    ("nul\x00 bell\x07 and \ufeffmark", "nul bell and mark"),
    ("<p>nul\x00 alone", "nul alone"),
    ("<p>nul\x00 \ud800 surrogate", "nul \ufffd surrogate"),
    ("family 👨‍👩‍👧 and flag 🇩🇪", "family 👨‍👩‍👧 and flag 🇩🇪"),
    ("windows\r\nline\rends\u2028x\u2029y", "windows\nline\nends\nx\n\ny"),
    ("soft&shy;hyphen", "soft\xadhyphen"),
    ("\ue000<p>private\ue001 use</p>", "private use"),
    ("", ""),
    ("<>", "<>"),
    ("<p></p>", ""),
    ("<frameset><frame src='a'></frameset>", ""),
]


@pytest.mark.parametrize(("html", "text"), TABLE)
def test_from_html(html: str, text: str) -> None:
    """Each case reads as a person would read the page."""
    assert plaintext.from_html(html) == text


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("A <b>bold</b> title", "A bold title"),
        ("Two\n  lines", "Two lines"),
        ("AT&amp;T", "AT&T"),
        ("How to use &lt;br&gt;", "How to use <br>"),
        ("a < b", "a < b"),
    ],
)
def test_titles_are_one_line(html: str, title: str) -> None:
    """Markup goes, line breaks go, what was escaped once stays as text."""
    assert plaintext.title_from_html(html) == title


def test_links_and_images_are_given_as_they_stand() -> None:
    """In order, from the page itself and from markup that was escaped twice."""
    found = plaintext.read('<p><a href="/a">x</a><img src="b.png"></p><a href="c">y</a>')
    assert (found.links, found.images) == (("/a", "c"), ("b.png",))
    assert plaintext.read('<a href="/a\x00b">nul</a>').links == ("/ab",)
    twice = plaintext.read('<div>&lt;a href="c"&gt;y&lt;/a&gt;&lt;img src="d"&gt;</div>')
    assert (twice.text, twice.links, twice.images) == ("y", ("c",), ("d",))


def test_markup_that_is_talked_about_is_not_read() -> None:
    """In a text with markup of its own, escaped markup is what the author wrote."""
    assert plaintext.from_html("<p>close it with</p><p>&lt;/a&gt; always</p>") == "close it with\n\n</a> always"


def test_deep_nesting_keeps_its_text() -> None:
    """Three thousand elements inside one another are no problem."""
    assert plaintext.from_html("<div>" * 3000 + "deep" + "</div>" * 3000) == "deep"


@pytest.mark.parametrize(
    "piece", ["<p>", "<a <b", "&lt;p&gt;", "<table><td>", "<!--", "<![CDATA[", "\ue000 ", "<pre>\n"]
)
def test_hostile_markup_takes_no_minute(piece: str) -> None:
    """Work grows with length, not with its square."""
    started = time.process_time()
    plaintext.from_html(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 5


@given(st.text(max_size=200))
def test_tidy_text_is_tidy(text: str) -> None:
    """It can be stored, has no double blanks or triple breaks, and tidying again changes nothing."""
    once = plaintext.tidy(text)
    once.encode()
    assert "\x00" not in once
    assert "\n\n\n" not in once
    assert plaintext.tidy(once) == once


@given(st.text(alphabet=st.sampled_from("<>&;/ap b\n!-[]\"'=\ue000\ud800"), max_size=80))
def test_any_markup_is_survived(html: str) -> None:
    """Whatever it is, a string that can be stored comes out."""
    plaintext.from_html(html).encode()


LINK = '<a href="https://example.com/">x</a>'


@pytest.mark.parametrize(
    ("before", "links"),
    [
        ("<b>" * 1999, 1),
        ("<b>" * 2000, 0),
        ("<b>y</b>" * 3000, 1),
        ("</b>" * 3000 + "<b>" * 1999, 1),
        ("</b>" * 3000 + "<b>" * 2000, 0),
        ("<b><b></b>" * 1998, 1),
        ("<b><b></b>" * 2001, 0),
        ("<br><p>" * 3000, 1),
    ],
)
def test_of_what_nests_too_deep_the_words_alone_are_read(before: str, links: int) -> None:
    """Two thousand elements inside one another; what was closed, or needs no closing, does not count."""
    found = plaintext.read(before + LINK)
    assert len(found.links) == links
    assert "x" in found.text


def test_lines_are_kept_where_they_mean_something() -> None:
    """In preformatted text alone, also within another."""
    assert plaintext.from_html("x\ny<pre>a\nb</pre>c\nd") == "x y\n\na\nb\n\nc d"
    assert plaintext.from_html("</pre>x\ny<pre>a\nb</pre>") == "x y\n\na\nb"
    assert plaintext.from_html("<pre><pre>x</pre>a\nb</pre>c\nd") == "x\n\na\nb\n\nc d"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a <b>bold</b> word", True),
        ("AT&amp;T", True),
        ("5 &lt; 6", True),
        ("AT&T; I <3 you", False),
        ("5 < 6 > 4", False),
    ],
)
def test_markup_is_told_from_signs(text: str, markup: bool) -> None:  # noqa: FBT001 - a table's column
    """A tag or an entity makes it; what people type does not."""
    assert plaintext.has_markup(text) is markup
