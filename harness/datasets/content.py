"""What tells one data set from another: the number of its clusters, and a digest over them in order."""

import hashlib
import re

from harness.records import Cluster

_NOT_PLAIN = re.compile(r"[^0-9A-Za-z]+")


class Content:
    """The number of clusters, their digest, and how much of their references ROUGE sees, counted as they are read."""

    def __init__(self) -> None:
        self.count = 0
        self._seen = hashlib.sha256()
        self._letters = 0
        """Letters and digits of the references."""
        self._plain = 0
        """Those of them that are a-z, A-Z or 0-9."""

    def add(self, cluster: Cluster) -> None:
        """Count one more cluster."""
        self.count += 1
        self._seen.update(cluster.digest.encode())
        for reference in cluster.references:
            plain = len(_NOT_PLAIN.sub("", reference.text))
            self._plain += plain
            self._letters += plain if reference.text.isascii() else sum(map(str.isalnum, reference.text))

    @property
    def digest(self) -> str:
        """Digest over the clusters in order."""
        return self._seen.hexdigest()[:16]

    @property
    def letters_seen(self) -> float | None:
        """The share of the references' letters and digits that are a-z, A-Z or 0-9; None where there is none."""
        return round(self._plain / self._letters, 4) if self._letters else None
