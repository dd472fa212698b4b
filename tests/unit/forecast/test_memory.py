"""Memory that a plan states."""

from types import SimpleNamespace

from harness.forecast.forecast import memory_of


def test_memory_is_flat_but_for_the_draws_once_statistics_and_clusters_are_put_aside():
    plan = SimpleNamespace(configurations=[1, 2], measures=range(16), checkers={})
    sample = SimpleNamespace(plan=plan, clusters=3000, cluster_bytes=900.0, memory=200 << 20)
    few, many, most = (memory_of(sample, count).value for count in (10_000, 1_000_000, 2_000_000))
    # 10,000 clusters are held, 9 MB; their statistics, 2 configurations x 16 measures x 8 bytes each, are 2.56 MB.
    assert 200 << 20 < few < 240 << 20
    assert few < many < 300 << 20
    # A further cluster takes 16 bytes: the clusters drawn in one resample, and how often each was.
    assert most - many == 16e6
