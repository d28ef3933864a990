"""Kill -9 between the receipt of a message and its reply: after the restart it comes, once."""

import shutil
from pathlib import Path

import pytest
import requests

from tests.patience import eventually
from tests.service.conftest import ANSWER_SECONDS, ROOT, Chat, Service

pytestmark = pytest.mark.slow

QUESTION = "min brp org sih klo mau bikin koperasi"


def test_reply_comes_once_after_kill_nine(fresh_service: Service) -> None:
    service = fresh_service
    service.start()
    chat = Chat.begin(service)
    for number in range(5):
        chat.say(f"m{number}", text=QUESTION)
    service.kill()
    service.start()
    chat.replies(1)
    chat.say("last", text="terima kasih ya min")
    # How many turns there are is open: whatever waited together is answered together.
    eventually(lambda: _states(service) == ["processed"] * 6)
    replies = chat.replies(2)
    turns = [row["turn"] for row in service.rows("inbox", "--json")]
    assert len(replies) == len(
        [row for row in service.rows("outbox", "--json") if row["turn"] in set(turns)]
    )
    texts = [event["text"] for event in chat.events() if event["from"] == "resident"]
    assert texts == [QUESTION] * 5 + ["terima kasih ya min"]


def _states(service: Service) -> list[str]:
    return [row["state"] for row in service.rows("inbox", "--json")]


def test_without_a_model_everything_goes_to_the_queue(fresh_service: Service) -> None:
    service = fresh_service
    empty = service.data_dir / "models"
    empty.mkdir()
    service.environment["HALO_MODELS_DIR"] = str(empty)
    service.start(ready=False)
    readiness = requests.get(f"{service.url}/readyz", timeout=ANSWER_SECONDS)
    assert readiness.status_code == 503
    assert readiness.json()["problems"]
    assert "petugas" in requests.get(service.url, timeout=ANSWER_SECONDS).text
    chat = Chat.begin(service)
    chat.say("m1", text=QUESTION)
    chat.replies(1)
    assert [event["state"] for event in chat.events() if event["type"] == "case"] == ["opened"]


def test_broken_training_data_names_file_and_line_and_the_last_model_goes_on(
    fresh_service: Service, tmp_path: Path
) -> None:
    broken = tmp_path / "training_data"
    shutil.copytree(ROOT / "training_data", broken)
    target = broken / "nlu" / "halal.yml"
    lines = target.read_text(encoding="utf-8").splitlines()
    lines[2] = "- intent: [halal"
    target.write_text("\n".join(lines), encoding="utf-8")
    models = tmp_path / "models"
    shutil.copytree(ROOT / "models", models)
    fresh_service.environment["HALO_MODELS_DIR"] = str(models)
    before = (models / "live.json").read_bytes()
    done = fresh_service.command("train", "--data", str(broken))
    assert done.returncode == 1
    assert "halal.yml:" in done.stderr
    assert (models / "live.json").read_bytes() == before
    fresh_service.environment["HALO_TRAINING_DATA"] = str(broken)
    fresh_service.start()
    chat = Chat.begin(fresh_service)
    chat.say("m1", text=QUESTION)
    assert "9 orang" in chat.replies(1)[0]["text"]


def test_damaged_model_is_refused_and_the_one_before_goes_on(
    fresh_service: Service, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    shutil.copytree(ROOT / "models", models)
    (folder,) = [path.parent for path in models.glob("*/bundle.json")][-1:]
    damaged = models / "000000000000"
    shutil.copytree(folder, damaged)
    (models / "live.json").write_text(
        f'{{"version": "{damaged.name}", "history": ["{folder.name}"]}}', encoding="utf-8"
    )
    fresh_service.environment["HALO_MODELS_DIR"] = str(models)
    fresh_service.start(ready=False)
    chat = Chat.begin(fresh_service)
    chat.say("m1", text=QUESTION)
    assert "9 orang" in chat.replies(1)[0]["text"]
    assert "H021" in fresh_service.log()
