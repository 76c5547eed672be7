"""From marks in a text to a clause tree: nesting, spans, addresses that are unique, pages."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kb.records import Clause, PageSpan

CUT = "cut"
LEAF = 100  # the level of a clause that holds no other, such as a preamble


@dataclass(slots=True, kw_only=True)
class Mark:
    """A place where a clause begins.

    `level` orders nesting: a clause lies beneath the last one of a smaller level. The address is `step`, put after the
    address of the mark `base` (with `join` between) where there is one. A mark of kind CUT begins no clause, it only
    ends those of its own level and deeper (text that stands flush after a list belongs to what holds the list).
    """

    start: int
    level: int
    kind: str
    step: str
    label: str = ""
    heading: str = ""
    base: Mark | None = None
    join: str = " "


@dataclass(slots=True)
class _Node:
    mark: Mark
    end: int
    parent: int | None
    depth: int
    address: str = ""


def assemble(text: str, marks: Sequence[Mark], pages: Sequence[PageSpan] = ()) -> tuple[Clause, ...]:
    """Return the clauses that `marks` (in any order) open in `text`.

    A clause ends where the next one of the same or a smaller level begins; blanks at its end are left out.

    An address that comes again: where the repeats stand beneath different parts or titles (chapters counted anew in
    each part) all of them take the address of what holds them before their own. Otherwise the clause with the longest
    text keeps the address, since the others are truncated copies or contents lists, and they get " (2)", " (3)" in
    text order, so that nothing is lost and everything has one address.
    """
    nodes = _nest(text, marks)
    _name(nodes)
    starts = [page.start for page in pages]
    return tuple(
        Clause(
            position=position,
            address=node.address,
            kind=node.mark.kind,
            label=node.mark.label,
            heading=node.mark.heading,
            start=node.mark.start,
            end=node.end,
            page_from=_page(pages, starts, node.mark.start),
            page_to=_page(pages, starts, max(node.mark.start, node.end - 1)),
            parent=node.parent,
        )
        for position, node in enumerate(nodes)
    )


def page_of(pages: Sequence[PageSpan], offset: int) -> int | None:
    """Return the number of the page that holds `offset`, or None where the format has no pages."""
    return _page(pages, [page.start for page in pages], offset)


def _page(pages: Sequence[PageSpan], starts: Sequence[int], offset: int) -> int | None:
    return pages[max(0, bisect_right(starts, offset) - 1)].number if pages else None


def _nest(text: str, marks: Sequence[Mark]) -> list[_Node]:
    nodes: list[_Node] = []
    stack: list[int] = []

    def close(level: int, at: int) -> None:
        while stack and nodes[stack[-1]].mark.level >= level:
            node = nodes[stack.pop()]
            node.end = node.mark.start + len(text[node.mark.start : at].rstrip())

    for mark in sorted(marks, key=lambda mark: (mark.start, mark.kind != CUT, mark.level)):
        close(mark.level, mark.start)
        if mark.kind != CUT:
            nodes.append(_Node(mark, len(text), stack[-1] if stack else None, len(stack)))
            stack.append(len(nodes) - 1)
    close(-1, len(text))
    return nodes


def _name(nodes: list[_Node]) -> None:
    """Give every node its address; those that others build on come first."""
    of_mark = {id(node.mark): node for node in nodes}

    def rank(mark: Mark) -> int:
        return 0 if mark.base is None else 1 + rank(mark.base)

    taken: set[str] = set()
    by_rank: dict[int, list[_Node]] = defaultdict(list)
    for node in nodes:
        by_rank[rank(node.mark)].append(node)
    for level in sorted(by_rank):
        groups: dict[str, list[_Node]] = defaultdict(list)
        for node in by_rank[level]:
            base = node.mark.base
            prefix = of_mark[id(base)].address + node.mark.join if base is not None else ""
            groups[prefix + node.mark.step].append(node)
        for address, group in sorted(groups.items(), key=lambda item: _counted_anew(item[1], nodes)):
            _share(address, group, nodes, taken)


def _above(node: _Node, nodes: list[_Node]) -> _Node | None:
    return nodes[node.parent] if node.parent is not None else None


def _counted_anew(group: list[_Node], nodes: list[_Node]) -> bool:
    """Whether the clauses of `group`, all called the same, stand one each beneath different parts or titles."""
    above = [_above(node, nodes) for node in group]
    apart = len({id(holder) for holder in above}) == len(group) > 1
    return apart and all(holder is not None and holder.mark.kind in ("part", "title") for holder in above)


def _share(address: str, group: list[_Node], nodes: list[_Node], taken: set[str]) -> None:
    """Give `address` to one of `group` and its neighbours to the others, as `assemble` says."""
    if _counted_anew(group, nodes):
        for node in group:
            holder = _above(node, nodes)
            node.address = _free(f"{holder.address} {node.mark.step}" if holder else address, taken)
        return
    fullest = max(group, key=lambda node: (node.end - node.mark.start, -node.mark.start))
    fullest.address = _free(address, taken)
    for node in group:
        if node is not fullest:
            node.address = _free(address, taken)


def _free(address: str, taken: set[str]) -> str:
    name, number = address, 1
    while name in taken:
        number += 1
        name = f"{address} ({number})"
    taken.add(name)
    return name
