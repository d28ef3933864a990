"""From training data to a bundle that answers: build, keep, promote, load."""

from learning.bundles import (
    BundleInfo,
    build_bundle,
    list_bundles,
    load_assets,
    load_bundle_parts,
)
from learning.data_lint import DataFinding, lint_examples, lint_gold
from learning.live import LiveBundles, LivePointer, read_live, write_live

__all__ = [
    "BundleInfo",
    "DataFinding",
    "LiveBundles",
    "LivePointer",
    "build_bundle",
    "lint_examples",
    "lint_gold",
    "list_bundles",
    "load_assets",
    "load_bundle_parts",
    "read_live",
    "write_live",
]
