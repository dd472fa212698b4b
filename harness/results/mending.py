"""Mending of a complete run whose files were changed after it: what cannot be trusted goes, and is made again."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from pydantic import ValidationError

from harness.records import Prediction, RunManifest, prediction_id
from harness.results.run_folder import FAILURES, PREDICTIONS, SEALED, VERDICTS, RunFolder

Case = tuple[str, str]
"""A configuration's name and a cluster's id."""


def take_out_damaged(folder: RunFolder, digests: Callable[[], Mapping[str, str]], told: Callable[[str], None]) -> None:
    """Leave of a damaged run what it wrote itself, and no longer call it complete; a sound run stays as it is.

    `digests` gives cluster id → digest of the run's data. A prediction's id shows whether it is as it was written.
    Verdicts and failures have nothing of the kind, so a changed file of them goes whole; clusters, scores and the table
    are always written anew. Call it where the folder is locked.
    """
    if not folder.exists:
        return
    found = {each.name: each for each in folder.damage(*SEALED)}
    if not found:
        return
    manifest = folder.manifest()
    for each in found.values():
        told(f"{folder.place}: {each}, and is made again")
    if FAILURES in found:
        folder.replace_rows(FAILURES, ())
    if PREDICTIONS in found:
        kept = {(row.configuration, row.cluster_id): row for row in _own_predictions(folder, manifest, digests())}
        folder.replace_rows(PREDICTIONS, kept.values())
        told(f"{folder.place}: {len(kept):,} predictions are as the run wrote them, and stay")
        if VERDICTS not in found and folder.size(VERDICTS):
            sure = (row for row in folder.checked() if (row.configuration, row.cluster_id) in kept)
            folder.replace_rows(VERDICTS, sure)
    if VERDICTS in found:
        folder.remove(VERDICTS)
    # Last: a process that is killed before this line leaves a run that is still seen to be damaged.
    folder.write_manifest(manifest.model_copy(update={"status": "interrupted", "files": {}}))


def _own_predictions(folder: RunFolder, manifest: RunManifest, digests: Mapping[str, str]) -> Iterator[Prediction]:
    """Yield the predictions whose ids fit what they hold."""
    made_by = {item.name: item.digest for item in manifest.configurations}
    for line in folder.raw_lines(PREDICTIONS):
        with suppress(ValidationError, KeyError):
            row = Prediction.model_validate_json(line)
            about = made_by[row.configuration], digests[row.cluster_id], row.prompt_digest, row.raw_text, row.text
            if row.prediction_id == prediction_id(*about):
                yield row
