"""Keeps secrets out of everything that is written or printed: one redactor for the whole program.

A secret is known by the name it has (`api_key`, `Authorization`), by its shape (`sk-…`, `ghp_…`, a JSON Web
Token), by the user info of an address, or because it *is* a value that was registered: what an environment variable
holds that a configuration names as its key, in plain, in URL encoding, base64, hexadecimal and as JSON, Python or HTML
would write it.

Messages, parameters and manifests go through here. Articles, predictions and quotes never do: data stays data.
"""

import base64
import html
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
"""Text in place of a secret."""

LEAST_ANYWHERE = 8
"""Characters of a registered value from which it is replaced anywhere; a shorter one only as a whole word."""
LEAST = 4
"""Characters below which a value is no secret: replacing it would make messages unreadable and protect nobody."""
LEAST_CUT = 6
"""Characters of the beginning of a registered value that are replaced at the end of a text that was cut."""
LEAST_HIGH_ENTROPY = 20

ENVIRONMENT_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,99}\Z")
"""Name of an environment variable: capitals, which a key pasted by mistake rarely consists of."""

_NAME_OF_OURS = re.compile(r"[a-z]+(?:_[a-z]+)*")

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRETS = """apikey authorization authentication bearer cookie credential credentials jwt passphrase passwd password
passwords privatekey pwd secret secrets"""
_SECRET = frozenset(_SECRETS.split())
_KEYS_OF = "access account api auth client encryption master private secret service shared signing"
_KEY_OF = frozenset(_KEYS_OF.split())
_WEAK = frozenset({"auth", "key", "pass", "pat"})
"""Names under which only a long string of letters and digits is taken for a secret."""
_TOKENS_OF_TEXT = "bos cls end eos first last mask new next pad sep special start stop unk"
_VOCABULARY = frozenset(_TOKENS_OF_TEXT.split())
"""Words before `token` where it is a piece of text."""
_BEHIND = frozenset({"header", "headers", "raw", "string", "value", "values"})
"""Words behind a name that leave it the name of a secret, as others (`_env`, `_file`) do not."""

_ADDRESS = re.compile(
    r"""
    (?P<scheme> (?<![A-Za-z0-9+.\-]) [A-Za-z][A-Za-z0-9+.\-]{1,20}
        :/ (?: / | (?= [^\s/?#"'<>\\:@]{1,256} : ) ) )  # one slash is left where an address was taken for a path
    [^\s/?#"'<>\\]{1,512} @
    """,
    re.VERBOSE,
)
_SHAPES = re.compile(
    r"""
    -----BEGIN[ ][A-Z ]{0,30}PRIVATE[ ]KEY----- (?: (?!-----) [\s\S] ){0,10000} (?: -----END[ ][A-Z ]{0,30}KEY----- )?
  | (?<![\w\-/])(?:sk|pk|rk)[-_](?=[\w\-]{0,60}\d|[\w\-]{20})[\w\-]{8,}
  | (?<!\w)gh[pousr]_\w{12,} | (?<!\w)github_pat_\w{12,} | (?<![\w\-])glpat-[\w\-]{12,}
  | (?<!\w)(?:hf|gsk|npm|nvapi|r8)[_\-][A-Za-z0-9]{20,} | (?<![\w\-])pypi-[\w\-]{20,}
  | (?<![\w\-])xox[abeprs]-[\w\-]{10,} | (?<!\w)(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,} | (?<![\w\-])AIza[\w\-]{30,}
  | (?<![\w\-])eyJ[\w\-]{6,}\.[\w\-]{4,}(?:\.[\w\-]*)? | (?<!\w)ya29\.[\w\-.]{16,}
  | (?<=[?&;=]sig=)[\w%+/=\-]{16,} | (?<=-Signature=)[\w%+/=\-]{16,}  # of an address that was signed for somebody
    """,
    re.VERBOSE,
)
_SHAPE_BEGINS = re.compile(
    r"-----BEGIN|[spr]k[-_]|gh[pousr]_|github_pat_|glpat-|hf[_\-]|gsk[_\-]|npm[_\-]|nvapi[_\-]|r8[_\-]|pypi-|xox|AKIA"
    r"|ASIA|ABIA|ACCA|AIza|eyJ|ya29\.|sig=|-Signature="
)
"""Beginnings of the alternatives of `_SHAPES`; where there are none, looking for these takes a sixth of the time."""
_SCHEME = re.compile(
    r"(?P<scheme>(?<!\w)(?:bearer|basic)\s{1,4})(?!\[redacted\])(?P<value>[\w.~+/=\-]{6,})", re.IGNORECASE
)
_NAME = re.compile(
    r"""
    (?P<name> (?<![\w.\-]) (?:--)? [A-Za-z_][\w.\-]{0,80} )
    (?: \\?["']?\]? \s{0,4} (?: => | [:=] ) \s{0,4} | \\?["'] \s{0,4} , \s{0,4} (?=b?\\?["']) | (?P<flag> [ =] ) )
    """,
    re.VERBOSE,
)
_VALUE = re.compile(
    r"""
    (?! b?\\?["']?\[redacted\] | (?:none|null|true|false)\b )
    (?: b?\\?" (?P<double> (?: [^"\\\n] | \\(?!") . ){1,4000} )
      | b?\\?' (?P<single> (?: [^'\\\n] | \\(?!') . ){1,4000} )
      | (?!b?\\?["']) (?P<bare> (?: (?:bearer|basic|digest|token)[ ]{1,4} )? [^\s"',;&}\])<]{1,4000} ) )
    """,
    re.VERBOSE | re.IGNORECASE,
)

_LINE = re.compile(r"[:,] ?line \d+\b")
_NUMBER_OF_LINE = re.compile(r":\d{1,7}(?=[:,]? |:\d|[:,]?\Z)")
"""As compilers write it: `/etc/passwd:1: message`."""

KeyPath = tuple[str | int, ...]
"""Keys and indices that lead to a nested value."""

_lock = threading.Lock()
_registered: set[str] = set()
_pattern: re.Pattern[str] | None = None
"""Every form of every registered value; replaced as a whole, so that readers need no lock."""


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Tell whether a name is that of a secret, whatever its value looks like: `api_key`, `hf-token`, `X-Api-Key`.

    The name of an environment variable (`key_env`), a file (`token_file`) or a number of tokens is none.
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    if words[-2:] == ["connection", "string"]:  # Azure's has the account's key in it
        return True
    while words and words[-1] in _BEHIND:
        words.pop()
    if not words:
        return False
    before = words[-2] if len(words) > 1 else ""
    if words[-1] == "token":
        return before not in _VOCABULARY
    return words[-1] in _SECRET or (words[-1] in ("key", "keys") and before in _KEY_OF)


def register(value: str | None) -> None:
    """Redact a value from now on, in all its forms, unless it has fewer than four characters."""
    global _pattern
    if not value or len(value.strip()) < LEAST:
        return
    with _lock:
        if value in _registered:
            return
        _registered.add(value)
        forms = sorted({form for secret in _registered for form in _forms(secret)}, key=len, reverse=True)
        _pattern = re.compile("|".join(_form_pattern(form) for form in forms))
    _clean.cache_clear()


def register_environment(name: str) -> None:
    """Register what the environment variable holds now, if it is set."""
    register(os.environ.get(name))


def watch_environment() -> None:
    """Register the values of all environment variables with the name of a secret (`HF_TOKEN`), paths apart."""
    for name, value in os.environ.items():
        if is_secret_name(name) and len(value) >= LEAST_ANYWHERE and not value.startswith(("/", "~")):
            register(value)
            for part in value.split(";"):  # of a connection string
                inner, _, held = part.partition("=")
                if is_secret_name(inner):
                    register(held)


def forget() -> None:
    """Forget every registered value; for tests."""
    global _pattern
    with _lock:
        _registered.clear()
        _pattern = None
    _clean.cache_clear()


def contains(secret: str, text: str) -> bool:
    """Tell whether one secret appears in `text` in any of its forms."""
    return len(secret) >= LEAST and any(form in text for form in _forms(secret))


def text(message: str) -> str:
    """Replace each secret in a message by `MARK`, and drop the user info of addresses."""
    return _clean(message) if len(message) <= 2000 else _clean.__wrapped__(message)


def printed_text(message: str) -> str:
    """Redact text that is printed already, as `text` does, but ignore names before values: prose often has them."""
    pattern = _pattern
    if pattern is not None:
        message = _redact_cut_end(pattern.sub(MARK, message))
    message = _ADDRESS.sub(r"\g<scheme>", message)
    return _SHAPES.sub(MARK, message) if _SHAPE_BEGINS.search(message) else message


def _redact_cut_end(message: str) -> str:
    """Redact the beginning of a registered value at the end of a message that was cut off there."""
    whole = message.rstrip("….'\")]} ")
    for secret in _registered:
        for length in range(min(len(secret) - 1, len(whole)), LEAST_CUT - 1, -1):
            if whole.endswith(secret[:length]):
                return whole[:-length] + MARK + message[len(whole) :]
    return message


@lru_cache(maxsize=2048)
def _clean(message: str) -> str:
    message = _redact_named(printed_text(message))
    return _SCHEME.sub(lambda match: match.group() if _is_word(match["value"]) else match["scheme"] + MARK, message)


def value(plain: Any, *, secret: bool = False) -> Any:
    """Redact plain values, nested ones too; `secret` says that their key is the name of a secret."""
    if isinstance(plain, Mapping):
        return {_key(key): value(inner, secret=secret or is_secret_name(str(key))) for key, inner in plain.items()}
    if isinstance(plain, list | tuple):
        return [value(inner, secret=secret) for inner in plain]
    if plain is None or isinstance(plain, bool) or plain == "":
        return plain
    if secret:
        return MARK
    return text(plain) if isinstance(plain, str) else plain


def _key(key: Any) -> Any:
    """Redact a key. One of small letters is a name of ours and stays, whatever the secrets are."""
    return key if not isinstance(key, str) or _NAME_OF_OURS.fullmatch(key) else text(key)


def secret_paths(
    plain: Any, path: tuple[str | int, ...] = (), *, secret: bool = False
) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value that `value` would change."""
    if isinstance(plain, Mapping):
        for key, inner in plain.items():
            if _key(key) != key:
                yield path
            else:
                yield from secret_paths(inner, (*path, key), secret=secret or is_secret_name(str(key)))
    elif isinstance(plain, list | tuple):
        for index, inner in enumerate(plain):
            yield from secret_paths(inner, (*path, index), secret=secret)
    elif value(plain, secret=secret) != plain:
        yield path


def quotable(path: str, shown: str) -> str:
    """Return what a message may quote of the value at a dotted path."""
    name = path.rpartition(".")[2]
    names_a_variable = name.endswith("_env") and not ENVIRONMENT_NAME.match(shown.strip("'\""))
    return "" if names_a_variable or any(is_secret_name(part) for part in path.split(".")) else text(shown)


def _redact_named(message: str) -> str:
    """Redact what follows the name of a secret: `api_key=…`, `'Authorization': '…'`, `--token …`."""
    parts, position = [], 0
    for match in _NAME.finditer(message):
        name, flag = match["name"], match["flag"]
        if (flag == " " and not name.startswith("--")) or match.start() < position:
            continue
        last = _last_word(name)
        if not (is_secret_name(name) or last in _WEAK or last == "env"):
            continue
        if _is_place(message, match):
            continue
        stands = _VALUE.match(message, match.end())
        if stands and stands.lastgroup and _is_secret(name, last, stands[stands.lastgroup]):
            parts += [message[position : stands.start(stands.lastgroup)], MARK]
            position = stands.end(stands.lastgroup)
    return "".join([*parts, message[position:]])


def _is_place(message: str, match: re.Match[str]) -> bool:
    """Tell whether a name is that of a file, and what follows the line in it: `/etc/passwd: line 1`."""
    end = match.end("name")
    if _LINE.match(message, end):
        return True
    in_a_folder = message[match.start() - 1 : match.start()] in ("/", "\\")
    return in_a_folder and _NUMBER_OF_LINE.match(message, end) is not None


def _is_secret(name: str, last: str, bare: str) -> bool:
    """Tell whether a value in a sentence is a secret, given the name before it and the name's last word."""
    if last == "env":  # a key where its variable's name belongs
        return not (ENVIRONMENT_NAME.match(bare.rstrip("`.:")) or _is_word(bare))
    if last in _WEAK and not is_secret_name(name):
        return _is_high_entropy(bare)
    return not (name.lower() == "token" and _is_word(bare))  # `unexpected token: comma`


def _last_word(name: str) -> str:
    words = _WORDS.findall(name)
    return words[-1].lower() if words else ""


def _is_word(bare: str) -> bool:
    """Tell whether a value is a short word of small letters, as sentences have them."""
    return len(bare) < LEAST_HIGH_ENTROPY and bare.rstrip(".:").isalpha() and bare.islower()


def _is_high_entropy(bare: str) -> bool:
    """Tell whether a value is long and mixes letters with digits, and is no hexadecimal digest."""
    return (
        len(bare) >= LEAST_HIGH_ENTROPY
        and any(character.isdigit() for character in bare)
        and any(character.isalpha() for character in bare)
        and not re.fullmatch(r"[0-9a-f]+", bare)
    )


def _form_pattern(form: str) -> str:
    """Make a pattern for one form; a short one counts only as a whole word."""
    return re.escape(form) if len(form) >= LEAST_ANYWHERE else rf"(?<!\w){re.escape(form)}(?!\w)"


def _forms(secret: str) -> Iterator[str]:
    """Yield the forms in which a value may appear in a text."""
    data = secret.encode("utf-8", "surrogatepass")
    yield secret
    for encoded in (quote(data, safe=""), quote(data), quote_plus(data), quote(quote(data, safe=""), safe="")):
        yield encoded
        yield re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), encoded)
    for written in (json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret), repr(data)[1:]):
        yield written[1:-1]
        yield json.dumps(written[1:-1], ensure_ascii=False)[1:-1]  # JSON in JSON, as errors hand errors on
    yield html.escape(secret)
    if len(data) < LEAST_ANYWHERE:
        return
    yield data.hex()
    yield data.hex().upper()
    for offset in range(3):  # where it begins inside a longer text, such as `user:key`
        whole = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
        first = (0, 2, 3)[offset]  # characters that the bytes before it share
        last = len(whole) if (offset + len(data)) % 3 == 0 else len(whole) - 1
        yield whole[first:last]
        yield whole[first:last].replace("+", "-").replace("/", "_")
