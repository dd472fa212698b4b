"""A Ray cluster of several node processes on the loopback of this machine: a program that ends with its input.

A program of its own, since Ray opens connections and threads, which our tests refuse.
"""

import logging
import os
import sys

os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")

import ray
from ray.cluster_utils import Cluster

STORE = 80 << 20
QUICK = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 4,
}
"""A machine that is gone is noticed within two seconds, not thirty."""


def main() -> None:
    logging.getLogger("ray").setLevel(logging.ERROR)
    common = {"node_ip_address": "127.0.0.1", "object_store_memory": STORE}
    head = {**common, "num_cpus": 0, "include_dashboard": False, "_system_config": QUICK}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(int(sys.argv[1])):
            cluster.add_node(**common, num_cpus=1, wait=False)
        cluster.wait_for_nodes(timeout=200)
        print(cluster.address, flush=True)
        sys.stdin.read()
    finally:
        ray.shutdown()
        cluster.shutdown()


if __name__ == "__main__":
    main()
