"""Asks a server for headlines; imports the HTTP library."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from harness.endpoint.client import Call, Client, Reply
from harness.endpoint.protocol import Completion
from harness.errors import ModelError, UsageError
from harness.models import postprocess
from harness.models.api_parameters import ApiParameters
from harness.models.base import Answer
from harness.models.prompts import Template, build_prompt
from harness.records import Cluster, Prompt


@contextmanager
def open_session(api: ApiParameters, seed: int) -> Iterator["ApiSession"]:
    """Open a session for the model `api`; close its connections when the context ends."""
    template = api.template()
    client = Client(api, api.mode, seed)
    try:
        yield ApiSession(api, client, template, seed)
    finally:
        client.close()


class ApiSession:
    """An open connection to the server."""

    def __init__(self, api: ApiParameters, client: Client, template: Template, seed: int) -> None:
        self._api = api
        self._template = template
        self._generation = api.generation.fields(seed)
        self.client = client

    def answer(self, clusters: Sequence[Cluster]) -> list[Answer | Exception]:
        """Answer clusters in order; a cluster that could not be answered has an exception."""
        answers = {cluster.cluster_id: answer for cluster, answer in self.answer_each(clusters)}
        return [answers[cluster.cluster_id] for cluster in clusters]

    def answer_each(
        self, clusters: Iterable[Cluster], seconds: float | None = None
    ) -> Iterator[tuple[Cluster, Answer | Exception]]:
        """Yield each cluster with its answer as it arrives, or a TimeoutError after `seconds`.

        The time of an answer is counted from the one before it, so that the times add up to wall time.
        """
        before = perf_counter()
        for cluster, reply in self.client.each(clusters, self._call, seconds):
            if isinstance(reply, Reply):
                now = perf_counter()
                yield cluster, reply.read.model_copy(update={"seconds": now - before})
                before = now
            else:
                yield cluster, reply

    def _call(self, cluster: Cluster) -> Call[Answer]:
        try:
            prompt = build_prompt(
                cluster,
                self._template,
                self._api.max_characters,
                len,
                include_titles=self._api.include_titles,
                include_sources=self._api.include_sources,
            )
        except UsageError as error:  # of this one cluster, not of the configuration
            raise ModelError(str(error)) from None
        return Call(
            cluster.cluster_id,
            {
                "model": self._api.model,
                "stream": False,
                **self._question(prompt.text),
                **self._generation,
                **self._api.extra_body,
            },
            self._api.generation.longest,
            lambda completion: self._answer(prompt, completion),
        )

    def _question(self, text: str) -> dict[str, Any]:
        if self._api.mode == "completions":
            return {"prompt": text}
        messages = [{"role": "system", "content": self._api.system}] if self._api.system is not None else []
        reply = self._template.reply
        if reply and self._api.reply == "assistant":
            messages.append({"role": "user", "content": text.removesuffix(reply).rstrip()})
            messages.append({"role": "assistant", "content": reply})
        else:
            messages.append({"role": "user", "content": text})
        return {"messages": messages}

    def _answer(self, prompt: Prompt, completion: Completion) -> Answer:
        return postprocess.finish(
            completion.text,
            self._api.postprocess,
            completion.stopped,
            prompt=prompt,
            tokens_in=completion.usage.tokens_in,
            tokens_out=completion.usage.tokens_out,
            version=completion.version or None,
        )
