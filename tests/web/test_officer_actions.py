import pytest
from flask import Flask

from foundation.clock import StillClock
from handoff import CaseState, attention_list, get_case, open_case_of
from storage import Store, StoredEvent, get_conversation, read_events
from tests.builders import at_once
from tests.web.staff import a_case, a_chat, a_turn, an_account, signed_in, staff_app


@pytest.fixture
def app(store: Store, clock: StillClock) -> Flask:
    an_account(store, "siti", display_name="Siti Rahma")
    an_account(store, "dedi", display_name="Dedi Kurniawan")
    return staff_app(store, clock)


def events_of(store: Store, conversation_id: str, event_type: str) -> list[StoredEvent]:
    with store.read() as tx:
        return [event for event in read_events(tx, conversation_id) if event.type == event_type]


def test_a_claimed_case_belongs_to_the_officer(app: Flask, store: Store) -> None:
    chat = a_chat(store, "warga")
    case = a_case(store, chat)
    answer = signed_in(app, "siti").post(f"/petugas/kasus/{case.id}/ambil")
    assert answer.status_code == 204
    assert answer.headers["X-Halo-Percakapan"] == chat.id
    with store.read() as tx:
        assert get_case(tx, case.id).state is CaseState.CLAIMED
        conversation = get_conversation(tx, chat.id)
    assert conversation is not None
    assert conversation.epoch == 1
    [announced] = events_of(store, chat.id, "system")
    assert announced.content is not None
    assert "Siti Rahma" in announced.content["text"]


def test_the_slower_of_two_officers_is_told_who_has_it(app: Flask, store: Store) -> None:
    case = a_case(store, a_chat(store, "warga"))
    siti, dedi = signed_in(app, "siti"), signed_in(app, "dedi")
    assert siti.post(f"/petugas/kasus/{case.id}/ambil").status_code == 204
    answer = dedi.post(f"/petugas/kasus/{case.id}/ambil")
    assert answer.status_code == 409
    assert "sudah diambil Siti Rahma" in answer.text
    whole_page = dedi.post(f"/petugas/kasus/{case.id}/ambil", part=False)
    assert whole_page.status_code == 409
    assert "sudah diambil Siti Rahma" in whole_page.text
    assert "Konsol petugas" in whole_page.text


def test_of_two_claims_at_once_exactly_one_wins(app: Flask, store: Store) -> None:
    staff = [signed_in(app, "siti"), signed_in(app, "dedi")]
    for number in range(5):
        chat = a_chat(store, f"warga-{number}")
        case = a_case(store, chat)
        answers = at_once(
            2, lambda who, path=f"/petugas/kasus/{case.id}/ambil": staff[who].post(path)
        )
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        assert len(events_of(store, chat.id, "case_claimed")) == 1


def test_a_reply_reaches_the_resident_once(app: Flask, store: Store) -> None:
    chat = a_chat(store, "warga")
    case = a_case(store, chat)
    staff = signed_in(app, "siti")
    staff.post(f"/petugas/kasus/{case.id}/ambil")
    for _ in range(2):
        answer = staff.post(
            f"/petugas/kasus/{case.id}/balas", text="Selamat pagi,\r\nBu.", kunci="k-1"
        )
        assert answer.status_code == 204
    [said] = events_of(store, chat.id, "officer")
    assert said.content == {"text": "Selamat pagi,\nBu."}
    assert said.actor.startswith("officer:")
    staff.post(f"/petugas/kasus/{case.id}/balas", text="Selamat pagi,\r\nBu.", kunci="k-2")
    assert len(events_of(store, chat.id, "officer")) == 2


@pytest.mark.parametrize(
    ("text", "status"), [("", 400), (" \r\n ", 400), ("x" * 4097, 413), ("x" * 4096, 204)]
)
def test_replies_have_words_and_a_limit(app: Flask, store: Store, text: str, status: int) -> None:
    case = a_case(store, a_chat(store, "warga"))
    staff = signed_in(app, "siti")
    staff.post(f"/petugas/kasus/{case.id}/ambil")
    answer = staff.post(f"/petugas/kasus/{case.id}/balas", text=text, kunci="k")
    assert answer.status_code == status


@pytest.mark.parametrize("action", ["balas", "lepas", "kembalikan", "selesai"])
def test_a_colleagues_case_cannot_be_touched(app: Flask, store: Store, action: str) -> None:
    chat = a_chat(store, "warga")
    case = a_case(store, chat)
    signed_in(app, "siti").post(f"/petugas/kasus/{case.id}/ambil")
    answer = signed_in(app, "dedi").post(
        f"/petugas/kasus/{case.id}/{action}", text="halo", hasil="terjawab"
    )
    assert answer.status_code == 409
    assert "sudah diambil Siti Rahma" in answer.text
    assert events_of(store, chat.id, "officer") == []
    with store.read() as tx:
        assert get_case(tx, case.id).state is CaseState.CLAIMED


@pytest.mark.parametrize("action", ["balas", "lepas", "kembalikan", "selesai"])
def test_a_waiting_case_must_be_claimed_first(app: Flask, store: Store, action: str) -> None:
    case = a_case(store, a_chat(store, "warga"))
    answer = signed_in(app, "siti").post(
        f"/petugas/kasus/{case.id}/{action}", text="halo", hasil="terjawab"
    )
    assert answer.status_code == 409
    assert "Ambil dahulu" in answer.text


def test_an_unknown_case_is_not_found(app: Flask) -> None:
    assert signed_in(app, "siti").post("/petugas/kasus/999/ambil").status_code == 404


def test_handing_back_gives_the_conversation_to_the_assistant(app: Flask, store: Store) -> None:
    chat = a_chat(store, "warga")
    case = a_case(store, chat)
    staff = signed_in(app, "siti")
    staff.post(f"/petugas/kasus/{case.id}/ambil")
    assert staff.post(f"/petugas/kasus/{case.id}/kembalikan").status_code == 204
    with store.read() as tx:
        assert get_case(tx, case.id).state is CaseState.RETURNED
        conversation = get_conversation(tx, chat.id)
    assert conversation is not None
    assert conversation.owner is None


def test_a_released_case_can_be_claimed_by_another(app: Flask, store: Store) -> None:
    case = a_case(store, a_chat(store, "warga"))
    siti, dedi = signed_in(app, "siti"), signed_in(app, "dedi")
    siti.post(f"/petugas/kasus/{case.id}/ambil")
    assert siti.post(f"/petugas/kasus/{case.id}/lepas").status_code == 204
    assert dedi.post(f"/petugas/kasus/{case.id}/ambil").status_code == 204


def test_closing_keeps_outcome_and_note(app: Flask, store: Store) -> None:
    case = a_case(store, a_chat(store, "warga"))
    staff = signed_in(app, "siti")
    staff.post(f"/petugas/kasus/{case.id}/ambil")
    for outcome in ("", "asal"):
        refused = staff.post(f"/petugas/kasus/{case.id}/selesai", hasil=outcome)
        assert refused.status_code == 422
        assert "Pilih hasil" in refused.text
    too_long = staff.post(
        f"/petugas/kasus/{case.id}/selesai", hasil="diarahkan", catatan="x" * 1001
    )
    assert too_long.status_code == 422
    answer = staff.post(
        f"/petugas/kasus/{case.id}/selesai", hasil="diarahkan", catatan=" Ke DPMPTSP. "
    )
    assert answer.status_code == 204
    with store.read() as tx:
        closed = get_case(tx, case.id)
    assert (closed.state, closed.outcome, closed.note) == (
        CaseState.RESOLVED,
        "diarahkan",
        "Ke DPMPTSP.",
    )
    assert staff.post(f"/petugas/kasus/{case.id}/ambil").status_code == 409


def test_stepping_in_takes_the_conversation_over(app: Flask, store: Store) -> None:
    chat = a_chat(store, "warga")
    a_turn(store, chat, "kumaha carana", decision="handoff", attention=True)
    with store.read() as tx:
        [item] = attention_list(tx)
    siti, dedi = signed_in(app, "siti"), signed_in(app, "dedi")
    answer = siti.post(f"/petugas/dilihat/{item.id}/masuk")
    assert answer.headers["X-Halo-Percakapan"] == chat.id
    with store.read() as tx:
        case = open_case_of(tx, chat.id)
        assert attention_list(tx) == []
    assert case is not None
    assert case.state is CaseState.CLAIMED
    late = dedi.post(f"/petugas/dilihat/{item.id}/masuk")
    assert late.status_code == 409
    assert "sudah diambil Siti Rahma" in late.text


def test_claiming_takes_the_conversation_off_the_list_of_turns_to_look_at(
    app: Flask, store: Store
) -> None:
    chat = a_chat(store, "warga")
    a_turn(store, chat, "kumaha carana", decision="handoff", attention=True)
    case = a_case(store, chat)
    signed_in(app, "siti").post(f"/petugas/kasus/{case.id}/ambil")
    with store.read() as tx:
        assert attention_list(tx) == []


def test_a_turn_that_was_looked_at_leaves_the_list(app: Flask, store: Store) -> None:
    chat = a_chat(store, "warga")
    a_turn(store, chat, "kumaha carana", decision="handoff", attention=True)
    with store.read() as tx:
        [item] = attention_list(tx)
    for name in ("siti", "dedi"):
        assert signed_in(app, name).post(f"/petugas/dilihat/{item.id}/sudah").status_code == 204
    with store.read() as tx:
        assert attention_list(tx) == []
        assert open_case_of(tx, chat.id) is None


@pytest.mark.parametrize("path", ["kasus/1/ambil", "kasus/1/balas", "dilihat/1/sudah"])
def test_actions_need_post_and_the_forms_token(app: Flask, store: Store, path: str) -> None:
    a_case(store, a_chat(store, "warga"))
    staff = signed_in(app, "siti")
    assert staff.get(f"/petugas/{path}").status_code in (404, 405)
    assert staff.client.post(f"/petugas/{path}").status_code == 400
    with store.read() as tx:
        assert get_case(tx, 1).state is CaseState.WAITING


def test_without_script_an_action_leads_back_to_the_conversation(app: Flask, store: Store) -> None:
    chat = a_chat(store, "warga")
    case = a_case(store, chat)
    answer = signed_in(app, "siti").post(f"/petugas/kasus/{case.id}/ambil", part=False)
    assert answer.status_code == 303
    assert answer.location == f"/petugas/percakapan/{chat.id}?tab=saya"
