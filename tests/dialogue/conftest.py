import pytest

from dialogue import Assets
from tests.dialogue.dialogue_kit import TRAINING_DATA


@pytest.fixture(scope="session")
def assets() -> Assets:
    return Assets.load(TRAINING_DATA)
