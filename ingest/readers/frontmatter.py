"""Front matter: the YAML block at the head of a Markdown file."""

from __future__ import annotations

import re

import yaml

_BLOCK = re.compile(r"\s*---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_MOST = 500


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    r"""Return the properties stated in front matter, and the text after it.

    Keys are in lower case, nested ones joined with a point; values are strings as written, lists joined with ", ".
    What is not well-formed YAML is read line by line as `key: value`.

    >>> split_front_matter("---\nsource:\n  Title: A\n  pages: 03\ntags: [x, y]\n---\nBody")
    ({'source.title': 'A', 'source.pages': '03', 'tags': 'x, y'}, 'Body')
    """
    match = _BLOCK.match(text)
    if not match:
        return {}, text
    try:
        node = yaml.compose(match[1], Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        stated = _by_line(match[1])
    else:
        stated = {}
        if isinstance(node, yaml.MappingNode):
            _flatten(node, "", stated)
        elif node is not None:
            return {}, text
    return {key: value for key, value in stated.items() if value}, text[match.end() :]


def _flatten(node: yaml.MappingNode, prefix: str, stated: dict[str, str]) -> None:
    """Add a mapping's entries to `stated`, which never grows beyond a bound (aliases can nest without end)."""
    for key_node, value in node.value:
        if len(stated) >= _MOST or prefix.count(".") > 8:
            return
        key = f"{prefix}{key_node.value}".strip().lower() if isinstance(key_node, yaml.ScalarNode) else ""
        if not key:
            continue
        if isinstance(value, yaml.MappingNode):
            _flatten(value, f"{key}.", stated)
        elif isinstance(value, yaml.SequenceNode):
            items = [item.value for item in value.value[:_MOST] if isinstance(item, yaml.ScalarNode)]
            stated[key] = ", ".join(" ".join(item.split()) for item in items)
        else:
            stated[key] = "" if value.value in ("null", "~") else " ".join(value.value.split())


def _by_line(block: str) -> dict[str, str]:
    lines = (re.match(r"([\w .-]+?)\s*:\s+(.*)", line) for line in block.splitlines())
    return {match[1].strip().lower(): match[2].strip().strip("\"'") for match in lines if match}
