"""A version of a session with everything of ours that it lacks, as the journal has it.

A program that held an old copy may have written the file since: what we added then is missing in it, what we
deleted is back, and what we changed is as it was.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from oats_tui.core.codec import parse
from oats_tui.session.models import SessionInfo
from oats_tui.session.store.codec import message_raw
from oats_tui.session.store.journal import Journal, Said
from oats_tui.session.store.merge import Version, moment, with_info
from oats_tui.session.store.order import created_of, is_users, summed_up_until, weave
from oats_tui.session.store.records import mark_of

ARCHIVED = "time.archived"
_NOWHERE = ""
_NOBODY = Said(b"", None, 0.0)


def replay(version: Version, journal: Journal) -> Version:
    """The version with everything that the journal has beyond it; the same object if that is nothing."""
    living = journal.living()
    # As they were first written down: an edit does not move a message behind those that name it as the one before.
    living = {key: living[key] for key in journal.said if key in living}
    messages = _changed_again(version.messages, living)
    missing = {}
    for key, said in living.items():
        if key not in messages:
            raw = message_raw(parse(said.json))
            if not _is_summed_up(raw, said, messages):
                missing[key] = raw
    raws = {**messages, **missing}
    order = weave(_our_order(list(messages), missing, living), list(messages), raws)
    deleted = journal.deleted()
    kept = {key: raws[key] for key in order if key not in deleted}
    info = _info(parse(version.info), journal, missing, len(version.messages))
    if not _is_info(info):
        info = parse(version.info)
    if kept.keys() != version.messages.keys():
        info["message_count"] = len(kept)
    replayed = with_info(version, info)
    if replayed.info is version.info and list(kept.items()) == list(version.messages.items()):
        return version
    return Version(replayed.info, kept, version.rest)


def _changed_again(messages: Mapping[str, bytes], living: Mapping[str, Said]) -> dict[str, bytes]:
    """The messages; those that are as they were before we changed them, changed again."""
    changed = dict(messages)
    for key, said in living.items():
        raw = messages.get(key)
        if raw is not None and said.older and mark_of(parse(raw)) in said.older:
            changed[key] = message_raw(parse(said.json))
    return changed


def _our_order(theirs: list[str], missing: Mapping[str, bytes], living: Mapping[str, Said]) -> list[str]:
    """The order in which we have what both have and what is missing."""
    behind = _anchored(theirs, missing, living)
    written = {key: number for number, key in enumerate(living)}
    order: list[str] = []
    for start in (None, *theirs, _NOWHERE):
        # What stands at the very beginning is in front of the first of theirs.
        if start and (start in living or start in behind or (order and start in theirs[:1])):
            order.append(start)
        order += _followers(start, behind, missing, written)
    # Two that name each other as the one before were damaged; they come last.
    return order + [key for keys in behind.values() for key in keys]


def _followers(
    start: str | None,
    behind: dict[str | None, list[str]],
    missing: Mapping[str, bytes],
    written: Mapping[str, int],
) -> list[str]:
    """What follows a message, directly or not: all of its turn first, then the turns that were begun behind it."""
    order: list[str] = []
    turn: deque[str] = deque()
    turns: list[str] = []

    def take(anchor: str | None) -> None:
        """Take what stands behind a message."""
        for key in behind.pop(anchor, ()):
            (turns if is_users(missing[key]) else turn).append(key)

    take(start)
    while turn or turns:
        if not turn:
            turns.sort(key=written.__getitem__, reverse=True)
        key = turn.popleft() if turn else turns.pop()
        order.append(key)
        take(key)
    return order


def _anchored(
    theirs: list[str], missing: Mapping[str, bytes], living: Mapping[str, Said]
) -> dict[str | None, list[str]]:
    """What is missing, by the message behind which it stands.

    That one may be gone, summed up or never seen by the writer. Then it stands behind what we had written down
    before it, or else in front of what we wrote down next.
    """
    behind: defaultdict[str | None, list[str]] = defaultdict(list)
    before = dict(zip(theirs, [None, *theirs], strict=False))
    there = {*theirs, *missing}
    siblings: defaultdict[str | None, list[int]] = defaultdict(list)
    for place, key in enumerate(theirs):
        if key in living:
            siblings[living[key].after].append(place)
    previous: str | None = None
    orphans: list[str] = []
    for key, said in living.items():
        if key in missing:
            anchor = said.after if said.after in there or said.after is None else previous
            if anchor is None and said.after is not None:
                orphans.append(key)
                continue
            behind[_behind_siblings(key, anchor, siblings, theirs, missing, living)] += [*orphans, key]
            orphans = []
        elif key in before:
            behind[before[key]] += orphans
            orphans = []
        previous = key if key in there else previous
    behind[_NOWHERE] += orphans
    return {anchor: keys for anchor, keys in behind.items() if keys}


def _behind_siblings(
    key: str,
    anchor: str | None,
    siblings: Mapping[str | None, list[int]],
    theirs: list[str],
    missing: Mapping[str, bytes],
    living: Mapping[str, Said],
) -> str | None:
    """The end of the turns that began behind the same message earlier than this one; without any, that message."""
    places = siblings.get(anchor, ())
    if not places or not is_users(missing[key]):
        return anchor
    moment = created_of(missing[key])
    earlier = [place for place in places if created_of(message_raw(parse(living[theirs[place]].json))) < moment]
    if not earlier:
        return anchor
    place = earlier[-1]
    while place + 1 < len(theirs) and living.get(theirs[place + 1], _NOBODY).after == theirs[place]:
        place += 1
    return theirs[place]


def _is_info(info: dict[str, Any]) -> bool:
    """Whether facts are those of a session."""
    try:
        SessionInfo.model_validate(info)
    except ValidationError:
        return False
    return True


def _is_summed_up(raw: bytes, said: Said, messages: Mapping[str, bytes]) -> bool:
    """Whether a message is missing because a new summary stands for it."""
    if not said.seen.is_held:
        return False
    until = summed_up_until(messages, said.seen.sums)
    return until is not None and created_of(raw) <= until


def _info(info: dict[str, Any], journal: Journal, missing: Mapping[str, bytes], count: int) -> dict[str, Any]:
    """The facts, with our changes made again where they are as they were before."""
    time = dict(info["time"]) if isinstance(info.get("time"), dict) else {}
    for name, changes in journal.changes.items():
        facts, fact = (time, "archived") if name == ARCHIVED else (info, name)
        if facts.get(fact) == changes[-1].new:
            continue
        for change in changes:
            if facts.get(fact) == change.old:
                facts[fact] = change.new
    # Facts that tell of more messages than there are have counted those that are missing.
    is_counted = info.get("message_count") != count
    for raw in missing.values():
        value = parse(raw)
        usage, created = value.get("usage"), value.get("created_at")
        tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
        if not is_counted and isinstance(tokens, int) and isinstance(info.get("total_tokens"), int):
            info["total_tokens"] += tokens
        if isinstance(created, str) and moment(created) > moment(str(time.get("updated"))):
            time["updated"] = created
    if time:
        info["time"] = time
    return info
