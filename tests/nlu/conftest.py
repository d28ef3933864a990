"""Models trained once for all tests of the package."""

import sys
from pathlib import Path

import pytest

import nlu

sys.path.insert(0, str(Path(__file__).parent))

from nlu_builders import train_small


@pytest.fixture(scope="session")
def model() -> nlu.TrainedModel:
    """Six labels, n-grams and sentence vectors."""
    return train_small()


@pytest.fixture(scope="session")
def plain_model() -> nlu.TrainedModel:
    """Six labels, n-grams alone."""
    return train_small(embedding=None)
