"""The checker `nli`: its parameters, and a session in which its weights are; `session` needs torch or onnxruntime."""

from contextlib import AbstractContextManager
from typing import ClassVar

from harness.checkers.base import CheckSession
from harness.checkers.nli.parameters import NliParameters
from harness.errors import UsageError


class Nli(NliParameters):
    """An entailment model, from the hub, a folder or an ONNX file: support from passages, contradiction where aligned.

    Each sentence of a text is a hypothesis. Premises are the sentences of the articles that bear most on it (BM25),
    joined in their order into passages that the model can read. Support is the highest entailment over passages;
    contradiction is looked for only in the best-aligned single sentences, since pooled over a whole article it is worse
    than chance. After SummaC (Laban et al., 2022), which pools over all sentences.

    With `preset`, a public checker as its authors use it: their input format, their reading of the outputs, whole
    articles in their chunks.
    """

    name: ClassVar[str] = "nli"
    version: ClassVar[int] = 4

    def open(self) -> AbstractContextManager[CheckSession]:
        """Open a session with the model loaded.

        Raises MissingExtraError where its libraries are not installed, UsageError where its weights are not there or
        its labels cannot be told.
        """
        problems = [problem for problem in self.problems() if "not installed" in problem.message]
        if problems:
            raise UsageError(problems[0].message)
        from harness.checkers.nli.opening import open_session

        return open_session(self)
