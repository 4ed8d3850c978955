"""Removals: what a platform takes down leaves the store's text, views and rules."""

from listener.domain.source import Removal, Removed
from tests.scripted import HOUR, T0, Bench, author, every_mention, post

SECRET = "acme is broken, says the sesquipedalian"


def removal(what: Removed, *, post_id: str = "", author_id: str = "") -> Removal:
    """Make a removal on the bench's platform."""
    return Removal("forum", what, post_id=post_id, author_id=author_id)


def take_down(bench: Bench, what: Removed, **who: str) -> None:
    """Let the platform say so an hour later."""
    bench.hear(at=T0 + HOUR, removals=[removal(what, **who)])


def test_a_deleted_post_leaves_no_word_behind(bench: Bench) -> None:
    """Title, text, links and addresses go, from the thread and the search index too."""
    page = "https://forum.example/sesquipedalian"
    bench.hear(post("1", SECRET, title="sesquipedalian", url=page, links=(page,), media=(page,)))
    take_down(bench, Removed.DELETED, post_id="1")
    bench.store.close()
    assert b"sesquipedalian" not in bench.path.read_bytes()


def test_a_deleted_post_leaves_the_views(bench: Bench) -> None:
    """Its mention is withdrawn; the bare row and a tombstone stay."""
    bench.hear(post("1"))
    take_down(bench, Removed.DELETED, post_id="1")
    assert bench.sql("SELECT * FROM mentions") == bench.sql("SELECT * FROM threads") == []
    assert bench.column("SELECT removed FROM post") == ["deleted"]
    assert bench.column("SELECT post_id FROM tombstone") == ["1"]


def test_a_deleted_post_does_not_come_back(bench: Bench) -> None:
    """Neither by a late copy nor by a word of restoring."""
    bench.hear(post("1"))
    take_down(bench, Removed.DELETED, post_id="1")
    bench.hear(post("1"), removals=[removal(Removed.RESTORED, post_id="1")], at=T0 + 2 * HOUR)
    assert bench.sql("SELECT text, removed FROM post") == [{"text": "", "removed": "deleted"}]
    assert bench.sql("SELECT * FROM mentions") == []


def test_what_a_deleted_author_wrote_goes_and_does_not_come_back(bench: Bench) -> None:
    """Texts and name go; what others wrote stays; nothing of theirs is taken in again."""
    bench.hear(post("1"), post("2"), post("3", by="bob"))
    take_down(bench, Removed.DELETED, author_id="ann")
    bench.hear(post("1", "acme, edited"), post("4"), at=T0 + 2 * HOUR)
    assert bench.sql("SELECT native_id, text FROM post") == [
        {"native_id": "1", "text": ""},
        {"native_id": "2", "text": ""},
        {"native_id": "3", "text": "acme is broken"},
    ]
    assert bench.column("SELECT handle FROM author ORDER BY id") == ["", "bob"]


def test_a_tombstone_holds_for_its_platform_alone(bench: Bench) -> None:
    """The same number elsewhere is another post."""
    bench.hear(post("1"))
    take_down(bench, Removed.DELETED, post_id="1")
    bench.hear(post("1", platform="other", author=author("ann")), at=T0 + 2 * HOUR)
    assert bench.column("SELECT platform FROM mentions") == ["other"]


def test_a_hidden_post_comes_back_when_it_is_restored(bench: Bench) -> None:
    """Hiding keeps the text, out of views."""
    bench.hear(post("1"))
    take_down(bench, Removed.HIDDEN, post_id="1")
    assert bench.sql("SELECT * FROM mentions") == []
    bench.hear(at=T0 + 2 * HOUR, removals=[removal(Removed.RESTORED, post_id="1")])
    assert bench.column("SELECT text FROM mentions") == ["acme is broken"]


def test_restoring_does_not_bring_back_what_an_edit_withdrew(bench: Bench) -> None:
    """The mention was withdrawn for another reason, which still holds."""
    bench.hear(post("1"))
    bench.hear(post("1", "no name here"), at=T0 + HOUR)
    for hour, what in ((2, Removed.HIDDEN), (3, Removed.RESTORED)):
        bench.hear(at=T0 + hour * HOUR, removals=[removal(what, post_id="1")])
    assert bench.sql("SELECT * FROM mentions") == []


def test_what_is_hidden_is_neither_judged_nor_evaluated(bench: Bench) -> None:
    """It waits, and goes on once it is restored."""
    bench.follow(every_mention())
    bench.hear(post("1"), removals=[removal(Removed.HIDDEN, post_id="1")])
    bench.run()
    assert (bench.judge.asked, bench.sent()) == ([], [])
    bench.tell(at=T0 + HOUR, removals=[removal(Removed.RESTORED, post_id="1")])
    assert (bench.judge.asked, len(bench.sent())) == (["acme is broken"], 1)


def test_an_author_can_be_hidden_and_restored(bench: Bench) -> None:
    """All their posts go and come together."""
    bench.hear(post("1"), post("2"), post("3", by="bob"))
    take_down(bench, Removed.HIDDEN, author_id="ann")
    assert bench.column("SELECT author FROM mentions") == ["bob"]
    bench.hear(at=T0 + 2 * HOUR, removals=[removal(Removed.RESTORED, author_id="ann")])
    assert bench.value("SELECT count(*) FROM mentions") == 3


def test_removals_of_what_was_never_kept_leave_no_trace(bench: Bench) -> None:
    """A firehose says of everything that it was deleted."""
    strange = [removal(Removed.DELETED, post_id="unknown"), removal(Removed.DELETED, author_id="nobody")]
    bench.hear(removals=strange)
    assert bench.sql("SELECT * FROM tombstone") == []


def test_a_post_and_its_removal_may_stand_in_one_page(bench: Bench) -> None:
    """The removal is the later word."""
    bench.hear(post("1"), removals=[removal(Removed.DELETED, post_id="1")])
    assert bench.column("SELECT text FROM post") == [""]


def test_what_was_taken_down_before_the_message_is_not_quoted(bench: Bench) -> None:
    """The alert stands and counts it; its text is gone from the message."""
    bench.follow(every_mention())
    bench.hear(post("1"), post("2", "acme is broken for bob too", by="bob"))
    bench.assess.step(T0)
    bench.evaluate.step(T0)
    take_down(bench, Removed.HIDDEN, author_id="ann")
    bench.deliver.step(T0 + HOUR)
    (message,) = bench.sent()
    assert ([quoted.author for quoted in message.excerpts], message.events) == (["bob"], 2)
