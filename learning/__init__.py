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
from learning.overlay import (
    STUDIO_FILE,
    Overlay,
    annotated,
    examples_as_yaml,
    merged_examples,
    write_merged,
)

__all__ = [
    "STUDIO_FILE",
    "BundleInfo",
    "DataFinding",
    "LiveBundles",
    "LivePointer",
    "Overlay",
    "annotated",
    "build_bundle",
    "examples_as_yaml",
    "lint_examples",
    "lint_gold",
    "list_bundles",
    "load_assets",
    "load_bundle_parts",
    "merged_examples",
    "read_live",
    "write_live",
    "write_merged",
]
