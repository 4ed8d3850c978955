"""What every channel must do, asked of each on a real server. A channel's test class gives its ``bench``."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from listener.domain.alert import IdempotencyKey, Notifier, Receipt
from listener.domain.errors import Deferred, DeliveryError
from tests.notify import samples

KEY = IdempotencyKey("delivery:ops:alert-42:1")
NEXT = IdempotencyKey("delivery:ops:alert-42:2")
CONTROLS = {chr(code) for code in (*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@dataclass(frozen=True)
class Bench:
    """A channel on its server. ``inbox`` gives all that arrived, decoded into what people would read."""

    make: Callable[..., Notifier]
    """Options → the channel"""
    inbox: Callable[[], list[str]]
    secret: str
    unreachable: dict[str, object]
    """Options with which nobody listens"""


def told(error: BaseException) -> str:
    """Give everything that a log could print of an error, its causes included."""
    return "".join(traceback.format_exception(error)) + repr(error)


class NotifierContract:
    """One class of behaviours; each method is one."""

    def test_a_message_arrives_and_says_all(self, bench: Bench) -> None:
        """Title, reason, author, reach, words, judgement with its doubt, link and the command are there."""
        receipt = bench.make().send(samples.message(), KEY, None)
        assert isinstance(receipt, Receipt)
        (said,) = bench.inbox()
        for wanted in (
            "Quillnet: 12 complaint mentions by 11 authors within 1 h",
            "asks for 10 complaint mentions by 5 authors within 1 h; there are 12 by 11 authors.",
            "marta_runs",
            "negative (0.91 sure), complaint (0.84), anger unlikely (0.12)",
            "unsure: could be negative (0.48) or neutral (0.41)",
            "not judged: language pt is not supported",
            "https://www.reddit.com/r/HomeNetworking/comments/1b9xk2/quillnet_drops/",
            "listener alerts ack 42",
            "listener alerts resolve 42",
        ):
            assert wanted in said, wanted
        assert "reach 12,400" in said or '"reach": 12400' in said
        assert "3 more copies of the same story" in said or '"copies": 3' in said
        assert "[TEST]" not in said

    def test_a_drill_is_marked(self, bench: Bench) -> None:
        """Nobody takes a test for an alarm."""
        bench.make().send(samples.message(test=True), KEY, None)
        assert "[TEST]" in bench.inbox()[0]

    @pytest.mark.parametrize("number", range(len(samples.HOSTILE_TEXTS)))
    def test_hostile_text_arrives_harmless(self, bench: Bench, number: int) -> None:
        """Whatever strangers write, the message goes out, small, and commands nothing."""
        bench.make().send(samples.hostile(samples.HOSTILE_TEXTS[number]), KEY, None)
        (said,) = bench.inbox()
        assert not CONTROLS & set(said) - {"\n", "\r"}
        assert len(said) < 120_000

    @pytest.mark.parametrize("url", samples.BAD_URLS, ids=range(len(samples.BAD_URLS)))
    def test_odd_addresses_do_no_harm(self, bench: Bench, url: str) -> None:
        """A link is a web address or there is none."""
        bench.make().send(samples.message(excerpts=(samples.excerpt(url=url),)), KEY, None)
        (said,) = bench.inbox()
        assert "javascript:" not in said
        assert "user:pw@" not in said
        assert "ftp://" not in said

    def test_the_same_key_twice_is_allowed(self, bench: Bench) -> None:
        """A repeat after a crash is no error and refers to the same thing where the channel can name it."""
        channel = bench.make()
        first = channel.send(samples.message(), KEY, None)
        second = channel.send(samples.message(), KEY, None)
        assert isinstance(first, Receipt)
        assert isinstance(second, Receipt)

    def test_a_later_message_says_what_is_new(self, bench: Bench) -> None:
        """An update joins its alert and counts what was held back."""
        channel = bench.make()
        first = channel.send(samples.message(), KEY, None)
        channel.send(samples.follow_up(), NEXT, first)
        said = bench.inbox()[1]
        assert "alert 42" in said or '"alert": 42' in said
        assert "7 more since the last message" in said or '"held_back": 7' in said

    def test_a_foreign_receipt_does_no_harm(self, bench: Bench) -> None:
        """What another channel, or an older version, referred to is no reason not to tell people."""
        for odd in ("", "???", "<a@b>\r\nBcc: x@y", "x" * 10_000):
            bench.make().send(samples.follow_up(), NEXT, Receipt(odd))

    def test_private_text_is_withheld(self, bench: Bench) -> None:
        """What people sent the company itself is quoted nowhere but on private channels; the link remains."""
        letter = samples.excerpt("My IBAN is DE02", title="Contract 77", author="Paula Privat", private=True)
        bench.make().send(samples.message(excerpts=(letter,)), KEY, None)
        (said,) = bench.inbox()
        for hidden in ("IBAN", "Contract 77", "Paula"):
            assert hidden not in said
        assert "not marked private" in said
        assert letter.url in said

    def test_private_text_is_quoted_where_it_may(self, bench: Bench) -> None:
        """A channel marked private quotes it."""
        letter = samples.excerpt("My IBAN is DE02", title="Contract 77", author="Paula Privat", private=True)
        bench.make(private=True).send(samples.message(excerpts=(letter,)), KEY, None)
        assert "My IBAN is DE02" in bench.inbox()[0]

    def test_an_unreachable_channel_defers_and_tells_no_secret(self, bench: Bench) -> None:
        """Nothing but Rejected and Deferred escapes, and neither holds a secret, its causes included."""
        with pytest.raises(DeliveryError) as caught:
            bench.make(**bench.unreachable).send(samples.message(), KEY, None)
        assert isinstance(caught.value, Deferred)
        assert bench.secret not in told(caught.value)
