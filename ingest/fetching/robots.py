"""What a site's robots.txt asks of programs (RFC 9309): the longest rule that fits a path decides, allowing on a tie.

The standard library's reader knows no wildcards and takes the first rule instead of the longest, so that it would
misread the rules of large official sites.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

PRODUCT = "cop-kb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules for one program at one site: (allowed, pattern) pairs, and the pause asked for in seconds.

    >>> rules = read_robots('''User-agent: *
    ... Disallow: /search
    ... Disallow: /*.aspx$
    ... Allow: /search/help
    ... Crawl-delay: 5''')
    >>> [rules.allows(f"https://example.vn/{path}") for path in ("luat/1.pdf", "search?q=a", "search/help", "a.aspx")]
    [True, False, True, False]
    >>> rules.delay
    5.0
    """

    rules: tuple[tuple[bool, str], ...] = ()
    delay: float | None = None

    def allows(self, address: str) -> bool:
        """Tell whether the site lets this program ask for `address`."""
        part = urlsplit(address)
        path = _canonical((part.path or "/") + (f"?{part.query}" if part.query else ""))
        best = max(
            ((len(pattern), allowed) for allowed, pattern in self.rules if _fits(pattern, path)), default=(0, True)
        )
        return best[1]


def read_robots(text: str, product: str = PRODUCT) -> Robots:
    """Return the rules of a robots.txt for `product`: those of the groups that name it, else those for all programs.

    >>> read_robots("User-agent: a\\nUser-agent: COP-KB/1.0\\nDisallow: /x\\n\\nUser-agent: *\\nDisallow: /").rules
    ((False, '/x'),)
    >>> read_robots("<html>no such page</html>").rules
    ()
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    agents: list[str] = []
    open_group = False
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            agents = [*agents, _agent(value)] if open_group else [_agent(value)]
            open_group = True
            for agent in agents:
                groups.setdefault(agent, [])
        elif key in ("allow", "disallow", "crawl-delay"):
            open_group = False
            for agent in agents:
                groups[agent].append((key, value))
    lines = groups.get(product.lower(), groups.get("*", []))
    delays = [float(value) for key, value in lines if key == "crawl-delay" and re.fullmatch(r"\d{1,6}(\.\d+)?", value)]
    return Robots(
        rules=tuple((key == "allow", _canonical(value)) for key, value in lines if key != "crawl-delay" and value),
        delay=max(delays, default=None),
    )


def _agent(value: str) -> str:
    return value.partition("/")[0].strip().lower()


def _canonical(path: str) -> str:
    """Return a path as paths are compared, however its letters were escaped."""
    return quote(unquote(path), safe="/*$?=&;:@!'()+,~-._")


def _fits(pattern: str, path: str) -> bool:
    """Tell whether `pattern` ("*" for anything, "$" at its end for the end) fits the beginning of `path`.

    Piece by piece rather than by a regular expression: many stars cannot make it slow.
    """
    whole = pattern.endswith("$")
    first, *rest = (pattern[:-1] if whole else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not whole or at == len(path)
    *middle, last = rest
    for piece in middle:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return path.endswith(last) and len(path) - len(last) >= at if whole else path.find(last, at) >= 0
