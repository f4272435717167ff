"""What holds for the merge of any two versions of a session (fault 23)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.session.store.merge import Merged, Version, merge, summaries
from oats_tui.session.store.order import is_users
from tests.support.sessions import changed, facts_of, raw, version

many = settings(max_examples=150)
BASE = version("q1", "a1", "q2", "a2", "s3")


@st.composite
def turns(draw: st.DrawFn, author: str) -> list[tuple[str, bytes]]:
    """Up to three turns of one author, a question with its answers, at increasing moments."""
    found = []
    moments = draw(st.lists(st.integers(10, 20), max_size=3, unique=True).map(sorted))
    for number, at in enumerate(moments):
        found.append((name := f"q-{author}{number}", raw(name, at=at)))
        answers = [f"a-{author}{number}.{answer}" for answer in range(draw(st.integers(0, 2)))]
        found += [(name, raw(name, at=at + 0.1)) for name in answers]
    return found


@st.composite
def descendants(draw: st.DrawFn, author: str, may_delete: bool = True) -> Version:
    """What an author made of the base: turns appended, messages edited, deleted, facts changed."""
    messages = dict(BASE.messages)
    for key in draw(st.lists(st.sampled_from(list(BASE.messages)), max_size=2, unique=True)):
        if may_delete and draw(st.booleans()):
            del messages[key]
        else:
            messages[key] = raw(key, f"by {author}")
    messages.update(draw(turns(author)))
    tokens, title = draw(st.integers(0, 9)), draw(st.sampled_from(["New Session", f"by {author}"]))
    return changed(
        Version(BASE.info, messages, BASE.rest),
        {"total_tokens": tokens, "title": title, "message_count": len(messages)},
    )


def is_subsequence(part: list[str], whole: list[str]) -> bool:
    """Whether the one stands in the other in this order."""
    left = iter(whole)
    return all(each in left for each in part)


@many
@given(descendants("o"), descendants("t"))
def test_fault_23_the_union_is_kept_but_for_what_we_deleted(ours: Version, theirs: Version) -> None:
    merged = merge(BASE, ours, theirs)
    expected = (ours.messages.keys() | theirs.messages.keys()) - (BASE.messages.keys() - ours.messages.keys())
    assert merged.version.messages.keys() == expected
    assert facts_of(merged.version)["message_count"] == len(expected)
    for key, piece in merged.version.messages.items():
        assert piece in (ours.messages.get(key), theirs.messages.get(key))


@many
@given(descendants("o"), descendants("t"))
def test_fault_23_no_state_of_a_message_is_lost(ours: Version, theirs: Version) -> None:
    merged = merge(BASE, ours, theirs)
    kept = {*merged.version.messages.values(), *merged.displaced}
    deleted = BASE.messages.keys() - ours.messages.keys()
    for side in (ours, theirs):
        for key, piece in side.messages.items():
            assert piece in kept or piece == BASE.messages.get(key) or key in deleted
    assert len(merged.displaced) == len(set(merged.displaced))
    assert not {*merged.displaced} & {*merged.version.messages.values()}


@many
@given(descendants("o"), descendants("t"))
def test_fault_23_each_author_s_order_is_kept(ours: Version, theirs: Version) -> None:
    order = list(merge(BASE, ours, theirs).version.messages)
    assert is_subsequence([key for key in ours.messages if key in order], order)
    assert is_subsequence([key for key in theirs.messages if key in order], order)


@many
@given(descendants("o"), descendants("t"))
def test_fault_23_no_answer_is_parted_from_its_question(ours: Version, theirs: Version) -> None:
    order = list(merge(BASE, ours, theirs).version.messages)
    for side in (ours, theirs):
        asked = None
        for key, piece in side.messages.items():
            asked = key if is_users(piece) else asked
            if key.startswith("a-") and asked is not None:
                between = order[order.index(asked) + 1 : order.index(key)]
                assert all(each.startswith(key.split(".")[0]) for each in between)


@many
@given(descendants("o"), descendants("t"))
def test_fault_23_merging_the_result_again_changes_nothing(ours: Version, theirs: Version) -> None:
    first = merge(BASE, ours, theirs)
    once = first.version
    # What was merged is on disk; whoever holds a part of it or all of it saves again.
    assert merge(once, once, once) == Merged(once)
    assert merge(ours, ours, once) == Merged(once)
    assert merge(theirs, once, theirs).version.messages == once.messages
    assert merge(ours, once, ours).version.messages == once.messages


@many
@given(descendants("o", may_delete=False), descendants("t", may_delete=False))
def test_fault_23_both_sides_come_to_the_same_messages(ours: Version, theirs: Version) -> None:
    mine, other = merge(BASE, ours, theirs), merge(BASE, theirs, ours)
    assert mine.version.messages.keys() == other.version.messages.keys()
    pieces = [{*each.version.messages.values(), *each.displaced} for each in (mine, other)]
    assert pieces[0] == pieces[1]
    facts = [facts_of(each.version) for each in (mine, other)]
    assert facts[0]["total_tokens"] == facts[1]["total_tokens"]
    assert facts[0]["time"] == facts[1]["time"]
    assert list(mine.version.messages) == list(other.version.messages)


@many
@given(descendants("o"), descendants("t"), st.sets(st.sampled_from(list(BASE.messages))))
def test_fault_23_what_was_deleted_stays_so_and_nothing_else_goes(
    ours: Version, theirs: Version, dropped: set[str]
) -> None:
    merged = merge(BASE, ours, theirs, dropped).version
    assert not dropped & merged.messages.keys()
    deleted = dropped | (BASE.messages.keys() - ours.messages.keys())
    assert merged.messages.keys() == (ours.messages.keys() | theirs.messages.keys()) - deleted


@many
@given(descendants("o"), turns("t"), st.integers(0, 5), st.sets(st.sampled_from(list(BASE.messages))))
def test_fault_23_a_summary_takes_only_what_was_unchanged_before_it_and_seen(
    ours: Version, more: list[tuple[str, bytes]], cut: int, unseen: set[str]
) -> None:
    older, recent = list(BASE.messages)[:cut], list(BASE.messages.items())[cut:]
    theirs = Version(BASE.info, dict([("S1", raw("S1", at=9)), *recent, *more]), BASE.rest)
    assert summaries(theirs.messages) == {"S1"}
    merged = merge(BASE, ours, theirs, was_seen=lambda key: key not in unseen).version
    deleted = BASE.messages.keys() - ours.messages.keys()
    unchanged = {key for key in older if ours.messages.get(key) == BASE.messages[key] and key not in unseen}
    # oats keeps the newest ones behind its summary; where none is kept, it was made from another version.
    summed_up = unchanged if recent else set()
    expected = (ours.messages.keys() | theirs.messages.keys()) - deleted - summed_up
    assert merged.messages.keys() == expected
    assert merge(merged, merged, merged).version.messages == merged.messages
    assert merge(merged, merged, theirs, deleted).version.messages.keys() == expected


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["stale appends", "stale writes", "we append", "stale reads"]), max_size=25))
def test_fault_23_a_stale_writer_for_many_rounds_loses_nothing(steps: list[str]) -> None:
    disk = held = BASE
    stale, written = BASE, dict(BASE.messages)
    unwritten: dict[str, bytes] = {}
    for number, step in enumerate(steps):
        if step == "stale appends":
            unwritten[f"q-t{number}"] = raw(f"q-t{number}", at=10 + number)
        elif step == "stale writes":
            # It writes what it holds over whatever is there.
            stale = disk = Version(BASE.info, {**stale.messages, **unwritten}, BASE.rest)
            written |= unwritten
        elif step == "stale reads":
            stale, unwritten = disk, {}
        else:
            more = {(name := f"q-o{number}"): raw(name, at=10 + number)}
            ours = changed(held, None, **more)
            written |= ours.messages
            held = disk = merge(held, ours, disk).version
    held = merge(held, held, disk).version
    assert held.messages == {key: written[key] for key in held.messages}
    assert held.messages.keys() >= written.keys()
    for author in "ot":
        mine = [int(key[3:]) for key in held.messages if key.startswith(f"q-{author}")]
        assert mine == sorted(mine)
