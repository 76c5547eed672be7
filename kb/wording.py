"""The sentences that answers are made of, read from `prompts/`, a file a language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from kb.language import ENGLISH, VIETNAMESE


@cache
def _sentences(name: str, language: str) -> dict[str, str]:
    content = files("prompts").joinpath(f"{name}.{language}.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(content).items()}


def sentence(key: str, language: str, *, file: str = "answer", **values: object) -> str:
    """Return the sentence `key` in `language` (anything but vi reads English) with `values` put in.

    Raises KeyError for an unknown key: a test holds both languages to the same keys and places.
    """
    return _sentences(file, VIETNAMESE if language == VIETNAMESE else ENGLISH)[key].format(**values)
