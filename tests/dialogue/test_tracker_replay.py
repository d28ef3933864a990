import json
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue import Assets, Loop, Memory, Tracker
from tests.dialogue.dialogue_kit import Talk

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
MEMORY = st.fixed_dictionaries(
    {},
    optional={
        "label": st.sampled_from(["a/b", None, 3]),
        "aspect": st.sampled_from(["biaya", None]),
        "offer": st.sampled_from(["cs", None]),
        "choices": st.lists(st.lists(st.text(max_size=4), min_size=2, max_size=2), max_size=3)
        | JSON,
        "abuse": st.integers(-1, 3),
    },
)
DECIDED = st.fixed_dictionaries(
    {},
    optional={
        "answers": st.lists(st.sampled_from(["a/b", "c/d"]), max_size=3),
        "misses": st.integers(-1, 3) | JSON,
        "loop": st.none()
        | st.fixed_dictionaries({"name": st.just("f"), "asks": st.none() | st.just("s")})
        | JSON,
        "memory": MEMORY | JSON,
    },
)
CONTENT = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "slots": st.dictionaries(st.text(max_size=4), JSON, max_size=3) | JSON,
        "question": JSON,
        "candidate": JSON,
    },
)
EVENT = st.one_of(
    st.tuples(st.just("decided"), DECIDED, CONTENT),
    st.tuples(st.just("understood"), st.fixed_dictionaries({"ranking": JSON}), CONTENT),
    st.tuples(
        st.sampled_from(["case_opened", "case_claimed", "case_returned", "user", "bot", "unknown"]),
        st.dictionaries(st.sampled_from(["ticket", "case_id"]), JSON),
        CONTENT,
    ),
)


def replayed(tracker: Tracker, events: list[tuple]) -> Tracker:
    for kind, data, content in events:
        tracker = tracker.apply(kind, data, content, NOW)
    return tracker


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=st.lists(EVENT, max_size=12))
def test_any_log_replays_to_the_same_state(events: list[tuple]) -> None:
    once, twice = replayed(Tracker.empty(), events), replayed(Tracker.empty(), events)
    assert once == twice


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=st.lists(EVENT, max_size=12), at=st.integers(0, 12))
def test_snapshot_and_the_rest_give_the_state_of_the_whole_log(
    events: list[tuple], at: int
) -> None:
    state = replayed(Tracker.empty(), events[:at]).to_state()
    restored = Tracker.from_state(json.loads(json.dumps(state)))
    assert replayed(restored, events[at:]) == replayed(Tracker.empty(), events)


def test_snapshot_of_an_older_version_is_read() -> None:
    assert Tracker.from_state({"turns": 3}) == Tracker(turns=3)


def test_erased_content_leaves_no_slots() -> None:
    tracker = Tracker(slots={"nama": "Budi"}).apply("decided", {"answers": ["a/b"]}, None, NOW)
    assert tracker.slots == {}
    assert tracker.answered == {"a/b": 1}


def test_loop_and_memory_come_through_json() -> None:
    tracker = Tracker(
        loop=Loop("keluhan", "nama", "verify", 2),
        memory=Memory("a/b", "biaya", "cs", (("Judul", "/a/b"),), 1),
    )
    assert Tracker.from_state(json.loads(json.dumps(tracker.to_state()))) == tracker


SAYINGS = [
    "halo",
    "mau daftar pelatihan",
    "mau komplain",
    "Budi Santoso",
    "keripik",
    "Ciomas",
    "081234567890",
    "ya",
    "tidak",
    "batal",
    "chat dengan cs",
    "brp org",
    "kalo biayanya?",
    "zzz",
    "2",
    "hapus data",
    "goblok",
]
MEANINGS = {
    "halo": "sapa",
    "mau daftar pelatihan": "daftar_pelatihan",
    "mau komplain": "keluhan",
    "brp org": "pendirian_koperasi/jumlah_pendiri",
    "hapus data": "hapus_data",
    "goblok": "hinaan",
}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.lists(st.sampled_from(SAYINGS), max_size=12), at=st.sampled_from([9, 20]))
def test_real_conversation_is_rebuilt_from_its_events_as_stored(
    assets: Assets, said: list[str], at: int
) -> None:
    talk = Talk(assets, MEANINGS, at=f"2026-11-24T{at:02}:00")
    log: list[tuple] = []
    for text in said:
        opened = talk.case
        turn = talk(text)
        log += [(event.type, event.data, event.content) for event in turn.events]
        if turn.case_request and opened is None:
            log.append(("case_opened", {"ticket": turn.case_request.ticket}, None))
        stored = json.loads(json.dumps(log))
        rebuilt = replayed(Tracker.empty(), stored)
        assert rebuilt == talk.conversation.tracker
        assert dict(rebuilt.slots) == dict(turn.slots)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.lists(st.sampled_from(SAYINGS), max_size=12))
def test_skeletons_hold_nothing_that_residents_wrote_into_forms(
    assets: Assets, said: list[str]
) -> None:
    talk = Talk(assets, MEANINGS)
    for text in said:
        for event in talk(text).events:
            skeleton = json.dumps(event.data, ensure_ascii=False)
            assert "Budi" not in skeleton
            assert "081234567890" not in skeleton
            assert "+6281234567890" not in skeleton
