"""The labelled sets that pairs come from: how many rows of each are taken, and the licence each states."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Source:
    """One file of labelled pairs."""

    name: str
    most: int
    """Rows that are taken at most; pairs of a group stay together."""
    licence: str
    repeat: int = 1
    """How often each pair is seen in one pass: sets of judged news summaries are small and nearest to the task."""


NLI: Final = (
    Source("fib_xsum_cnndm", 2433, "CC BY 4.0", repeat=2),
    Source("xsum_faith_val", 450, "CC BY 4.0 (annotations)", repeat=2),
    Source("summhay_news", 1200, "BSD-3-Clause"),
    Source("factcg_cg2c", 3000, "MIT"),
    Source("sts_headlines", 1200, "none stated"),
    Source("rte123", 4100, "none stated (PASCAL RTE)"),
    Source("glue_rte_rest", 1000, "none stated (PASCAL RTE)"),
    Source("mrpc_news_paraphrase", 1000, "none stated"),
    Source("negation_nli", 4000, "MIT"),
    Source("summedits_other", 1500, "Apache-2.0"),
    Source("fever_binary", 7000, "CC BY-SA 3.0"),
    Source("fever_symmetric", 1400, "none stated"),
    Source("sufficient_facts", 4000, "none stated"),
    Source("fm2", 2500, "Apache-2.0"),
    Source("climate_fever", 1500, "none stated"),
    Source("covid_fact", 2000, "none stated"),
    Source("scifact", 560, "CC BY 4.0, ODC-By 1.0"),
    Source("healthver", 1500, "none stated"),
    Source("attributionbench", 1200, "none stated"),
    Source("begin", 1200, "CC BY 4.0, CDLA-Sharing 1.0"),
    Source("faithdial_audit", 500, "MIT"),
    Source("q2_dialogue", 1000, "Apache-2.0"),
    Source("mnli", 22000, "none stated in the mirrors"),
    Source("snli", 4000, "CC BY-SA 4.0"),
    Source("seminli_wiki", 4000, "CC BY-SA 3.0, GFDL"),
    Source("control_nli", 700, "none stated"),
    Source("cb_fracas_scitail", 2000, "Apache-2.0; none stated for two"),
    Source("conjnli_dev", 600, "none stated"),
    Source("cad_nli", 3500, "Apache-2.0"),
    Source("breaking_nli", 1500, "CC BY-SA 4.0"),
    Source("monli", 1200, "none stated"),
    Source("med", 1200, "CC BY-SA 4.0"),
    Source("help", 500, "CC BY-SA 4.0"),
    Source("hans_generated", 1800, "MIT"),
    Source("dnc_factuality", 700, "none stated"),
    Source("dnc_veridicality", 400, "none stated"),
    Source("logic_fragments", 400, "MIT"),
    Source("wanli_sample", 100, "none stated"),
)
"""Sets of premise and hypothesis; those under non-commercial terms are left out."""
