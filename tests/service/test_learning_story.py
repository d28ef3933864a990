"""The week of data staff in a browser: label by keyboard, retrain, gate, promote, roll back."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dialogue import Assets, Assistant, Conversation
from foundation.clock import StillClock, parse_moment
from learning import (
    BundleInfo,
    latest_judgements,
    list_bundles,
    load_bundle_parts,
    store_bundle,
)
from nlu.types import Understands
from service_hours import Calendar
from storage import Store
from tests.service.browser_kit import (
    a_page,
    messages_shown,
    open_widget,
    say,
    violations,
)
from tests.service.conftest import Chat, Service
from tests.service.small_project import SmallProject, log_turns

pytestmark = [pytest.mark.slow, pytest.mark.browser]

TRAINED_WITHIN = 600_000
"""Milliseconds; a training gives way to all other work of the machine."""

CHATS = 3
LABELLED = 60


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    return SmallProject.make(tmp_path_factory.mktemp("kecil"))


@pytest.fixture(scope="module")
def service(project: SmallProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("service"), environment=project.environment)
    trained = running.command("train")
    assert trained.returncode == 0, trained.stderr
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def shuffled(project: SmallProject) -> BundleInfo:
    return project.shuffled()


def _sign_in(browser: Browser, service: Service) -> Page:
    page = a_page(browser)
    page.goto(f"{service.url}/masuk")
    page.fill("[name=username]", "data")
    page.fill("[name=password]", "peragaan-staf-data")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/kotak*")
    return page


def _label(page: Page, store: Store, texts: dict[str, str]) -> None:
    """Label with the keyboard alone until enough turns are done."""
    done = 0
    # Keys are heard from the end of loading; the words stand on the page a little earlier.
    page.wait_for_load_state()
    while done < LABELLED:
        shown = page.locator("#pesan-warga").inner_text()
        truth = texts[shown]
        button = page.locator(f"[data-key][name=label][value='{truth}']")
        with page.expect_navigation():
            if button.count():
                page.keyboard.press(str(button.get_attribute("data-key")))
            else:
                page.keyboard.press("l")
        with store.read() as tx:
            counted = [entry.turns for entry in latest_judgements(tx, limit=200) if entry.label]
        done = sum(counted)


def _ask(browser: Browser, service: Service, text: str) -> str:
    """Ask in a fresh chat and return what the assistant said."""
    page = a_page(browser)
    page.goto(service.url)
    expect(open_widget(page)).to_contain_text("selamat datang")
    before = len(messages_shown(page, "bot"))
    say(page, text)
    expect(page.locator("halo-chat .message.from-bot .bubble")).not_to_have_count(before)
    said = "\n".join(messages_shown(page, "bot")[before:])
    page.context.close()
    return said


def _newly_answered(
    project: SmallProject, asked: dict[str, str], old: BundleInfo, new: BundleInfo
) -> tuple[str, str]:
    """Return a question that nobody labelled: the old bundle misses it, the new one answers it.

    With it comes the beginning of the answer.
    """
    labels = set(asked.values())
    (assets, before), (_, after) = (load_bundle_parts(one.folder) for one in (old, new))
    for text, label in project.unseen.items():
        if label in labels and text not in asked and after.understand(text).decision == "answer":
            answer = assets.knowledge[label].ringkas[:30]
            said = [_replies(assets, model, text) for model in (before, after)]
            if answer in said[1] and answer not in said[0]:
                return text, answer
    pytest.fail("the labels taught nothing")


def _replies(assets: Assets, model: Understands, text: str) -> str:
    now = parse_moment("2026-11-24T10:00")
    talk = Conversation(Assistant(assets, model), Calendar(), now, lambda: "HK-UJI")
    return "\n".join(reply.text for reply in talk.say({"text": text}).replies)


def test_a_week_of_data_staff(service: Service, browser: Browser, project: SmallProject) -> None:
    [old] = list_bundles(project.models)
    _, before = load_bundle_parts(old.folder)
    texts = project.residents()
    store = log_turns(service, before, texts)
    page = _sign_in(browser, service)
    page.get_by_role("link", name="Mulai melabeli").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pelabelan")).to_be_visible()
    _label(page, store, texts)

    page.get_by_role("link", name="Pelatihan").click()
    page.get_by_role("button", name="Mulai pelatihan").click()
    page.get_by_role("link", name="Hasil gerbang").click(timeout=TRAINED_WITHIN)
    expect(page.get_by_text("Calon ini lulus.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Lihat dan nilai perubahannya").click()
    row = page.get_by_role("list", name="Pesan yang berubah").get_by_role("listitem").first
    row.get_by_role("button", name="Lebih baik").click()
    expect(row).to_contain_text("Lebih baik menurut data")
    assert violations(page) == []
    page.get_by_role("link", name="Kembali ke hasil gerbang").click()
    [candidate] = [one for one in list_bundles(project.models) if one.version != old.version]
    _, after = load_bundle_parts(candidate.folder)
    question, answer = _newly_answered(project, texts, old, candidate)
    assert answer not in _ask(browser, service, question)

    page.get_by_label("Catatan rilis").fill("Belajar dari pertanyaan warga pekan ini.")
    page.get_by_role("button", name="Promosikan").click()
    expect(page.get_by_role("status")).to_contain_text(f"Model {candidate.version} menjawab")
    service.wait_for_model(after.version)
    assert answer in _ask(browser, service, question)

    page.get_by_role("button", name=f"Kembali ke {old.version}").click()
    expect(page.get_by_role("status")).to_contain_text(f"Kembali ke model {old.version}")
    service.wait_for_model(before.version)
    assert answer not in _ask(browser, service, question)


def test_shuffled_labels_are_blocked_with_a_reason_for_laymen(
    service: Service, browser: Browser, shuffled: BundleInfo
) -> None:
    clock = StillClock(parse_moment("2026-11-24T10:30"))
    store = Store.open(f"sqlite:///{service.data_dir / 'halo.sqlite3'}", clock=clock)
    store_bundle(store, shuffled, author="data")

    page = _sign_in(browser, service)
    page.goto(f"{service.url}/studio/gerbang/{shuffled.version}")
    page.get_by_role("button", name="Ukur lagi").click()
    page.get_by_role("link", name=f"Hasil gerbang {shuffled.version}").click(timeout=TRAINED_WITHIN)
    verdict = page.get_by_text("Calon ini tertahan.").locator("xpath=../..")
    expect(verdict).to_contain_text("Pemahaman keseluruhan turun")
    expect(verdict).to_contain_text("menjadi salah")
    assert page.get_by_role("button", name="promosikan").count() == 0
    assert violations(page) == []


def test_promotion_under_load_drops_no_turn_and_mixes_none(
    project: SmallProject, shuffled: BundleInfo, tmp_path: Path
) -> None:
    service = Service(tmp_path, environment={**project.environment, "HALO_WORKERS": "2"})
    service.start()
    try:
        [old] = [row["version"] for row in service.rows("models", "list", "--json") if row["live"]]
        stop = threading.Event()
        with ThreadPoolExecutor(CHATS) as pool:
            talks = [pool.submit(_talk, service, project, stop) for _ in range(CHATS)]
            promoted = service.command("models", "promote", shuffled.version, "--force")
            service.wait_for_model(load_bundle_parts(shuffled.folder)[1].version)
            stop.set()
            said = sum(talk.result() for talk in talks)
        inbox = service.rows("inbox", "--json")
        events = service.rows("events", "--json")
    finally:
        service.stop()
    assert promoted.returncode == 0, promoted.stderr
    assert len(inbox) == said
    assert all(row["turn"] for row in inbox)
    bundles: dict[str, set[str]] = {}
    for event in events:
        if event["turn"] and "bundle" in event["data"]:
            bundles.setdefault(event["turn"], set()).add(event["data"]["bundle"])
    assert len(bundles) == said
    assert {len(found) for found in bundles.values()} == {1}
    assert set.union(*bundles.values()) == {old, shuffled.version}


def _talk(service: Service, project: SmallProject, stop: threading.Event) -> int:
    """Ask one question after the other, and three more after ``stop``; return how many."""
    chat = Chat.begin(service)
    texts = itertools.cycle(project.unseen)
    replies = asked = 0
    rest = 3
    while rest:
        rest -= stop.is_set()
        asked += 1
        assert chat.say(f"m-{asked}", text=next(texts)).status_code == 202
        replies = len(chat.replies(replies + 1))
    return asked
