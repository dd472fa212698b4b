"""How long all pairwise tests take: 10 configurations × 10,000 clusters × 8 measures, 10,000 resamples, all 45 pairs.

    python -m benchmarks.comparison_speed [configurations [clusters [measures [resamples]]]]

Prints seconds, processor seconds and the greatest memory the process held. Scores are synthetic: correlated between
configurations, one measure of zeros and ones, one in tenths, one with missing values.
"""

import argparse
import resource
import time

import numpy as np

from harness.analysis.compare import compare_and_resample

SIZES = {"configurations": 10, "clusters": 10_000, "measures": 8, "resamples": 10_000}
"""The promised size."""


def main() -> None:
    """Times one comparison of the size given on the command line, each number by default the promised one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, size in SIZES.items():
        parser.add_argument(name, type=int, nargs="?", default=size, help=f"default: {size:,}")
    configurations, clusters, measures, resamples = vars(parser.parse_args()).values()
    rng = np.random.default_rng(0)
    quality = rng.random((1, clusters, measures))
    scores = np.clip(quality + rng.normal(0, 0.2, (configurations, clusters, measures)), 0, 1)
    scores[:, :, 0] = scores[:, :, 0] > 0.5
    scores[:, :, 1 % measures] = np.round(scores[:, :, 1 % measures], 1)
    scores[rng.random(scores.shape) < 0.01 * (np.arange(measures) == 2)] = np.nan
    started, worked = time.perf_counter(), time.process_time()
    pairs, _ = compare_and_resample(
        scores,
        configurations=[f"configuration {number}" for number in range(configurations)],
        measures={f"measure {number}": "higher" for number in range(measures)},
        resamples=resamples,
        seed=0,
    )
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(pairs)} comparisons: {seconds:.1f} s, {work:.1f} s of processor time, {memory:.0f} MiB at most")


if __name__ == "__main__":
    main()
