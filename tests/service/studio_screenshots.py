"""Makes the pictures of the data staff's guide: ``python -m tests.service.studio_screenshots``.

A folder may be given, and a width in pixels. The service runs on the small project: the figures
in the pictures are its own, not the office's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from foundation.settings import PROJECT_ROOT
from learning import list_bundles, load_bundle_parts, note_answers_given
from storage import Store, add_edit
from tests.chromium import PATIENCE, chromium
from tests.learning.learning_kit import FOUNDERS
from tests.service.browser_kit import a_page
from tests.service.conftest import Chat, Service
from tests.service.screenshots import Camera
from tests.service.small_project import SmallProject, log_turns


def main() -> None:
    """Make all pictures."""
    expect.set_options(timeout=PATIENCE)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT_ROOT / "docs" / "gambar"
    width = int(sys.argv[2]) if len(sys.argv) > 2 else 1280
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="halo-gambar-") as data:
        project = SmallProject.make(Path(data))
        service = Service(Path(data), environment=project.environment)
        service.command("train")
        [live] = list_bundles(project.models)
        service.start()
        try:
            texts = project.residents()
            store = log_turns(service, load_bundle_parts(live.folder)[1], texts)
            _learn(store, texts)
            with chromium() as browser:
                page = a_page(browser, width=width, height=800)
                _sign_in(page, service)
                _pictures(page, service, project, store, Camera(folder))
        finally:
            service.stop()


def _learn(store: Store, texts: dict[str, str]) -> None:
    with store.write() as tx:
        for text, label in list(texts.items())[:60]:
            body = {"text": text, "intent": label, "entities": []}
            add_edit(tx, "example", key="", body=body, author="data")


def _sign_in(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/masuk")
    page.fill("[name=username]", "data")
    page.fill("[name=password]", "peragaan-staf-data")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/kotak*")


def _pictures(
    page: Page, service: Service, project: SmallProject, store: Store, camera: Camera
) -> None:
    base = f"{service.url}/studio"
    [trained] = service.rows("models", "retrain", "--by", "data", "--json")
    bad = project.shuffled()
    service.command("models", "retrain", "--no-wait", "--by", "data", "--target", "0.02")
    page.goto(f"{base}/pelatihan")
    expect(page.get_by_text("Melatih dan memeriksa silang")).to_be_visible(timeout=120_000)
    camera.take(page, "studio-pelatihan")
    service.command("models", "cancel", "--by", "data")
    service.command("models", "promote", bad.version, "--by", "data")
    page.goto(f"{base}/gerbang/{bad.version}")
    camera.take(page, "studio-gerbang")
    page.goto(f"{base}/putar-ulang/{trained['version']}")
    camera.take(page, "studio-putar-ulang")
    note = "Belajar dari pertanyaan warga pekan ini."
    promoted = service.command(
        "models", "promote", trained["version"], "--by", "data", "--note", note, "--force"
    )
    assert promoted.returncode == 0, promoted.stderr
    page.goto(f"{base}/versi")
    camera.take(page, "studio-versi")
    page.goto(f"{base}/ambang")
    expect(page.get_by_text("Semua pilihan")).to_be_visible()
    camera.take(page, "studio-ambang")
    for number in range(2):
        chat = Chat.begin(service)
        chat.say(f"m-{number}", payload=f"/{FOUNDERS}")
        chat.replies(1)
    note_answers_given(store)
    page.goto(f"{base}/ditarik/{FOUNDERS}")
    page.get_by_role("button", name="Tarik jawaban").click()
    expect(page.get_by_text("Sedang ditarik")).to_be_visible()
    camera.take(page, "studio-tarik")


if __name__ == "__main__":
    main()
