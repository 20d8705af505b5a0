"""Size of a transport block's LDPC graph, computed without building it: segmentation, base graph, lifting, number of edges.

TS 38.212 clauses 5.2.2 (segmentation), 5.3.2 (base graphs, lifting sizes). The base graph is chosen by the rule of clause 6.2.2,
applied to a code block and its actual rate, as Sionna does. A test compares with Sionna's graphs.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

# Degree of each row of the base graphs, TS 38.212 tables 5.3.2-2 and 5.3.2-3.
BG1_DEGREES = (
    *(19, 19, 19, 19, 3, 8, 9, 7, 10, 9, 7, 8, 7, 6, 7, 7, 6, 6, 6, 6, 6, 6, 5, 5),
    *(6, 5, 5, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 5, 5, 4, 5, 4, 5, 5, 4),
)  # fmt: skip
BG2_DEGREES = (
    *(8, 10, 8, 10, 4, 6, 6, 6, 4, 5, 5, 5, 4, 5, 5, 4, 5, 5, 4, 4, 4),
    *(4, 3, 4, 4, 3, 5, 3, 4, 3, 5, 3, 4, 4, 4, 4, 4, 3, 4, 4, 4, 4),
)  # fmt: skip
LIFTING_SIZES = sorted(first << power for first in (2, 3, 5, 7, 9, 11, 13, 15) for power in range(8) if first << power <= 384)
_LARGEST = {1: 8448, 2: 3840}  # bits of a code block


class CodeGraph(NamedTuple):
    """Size of a transport block's LDPC code.

    `code_blocks` of `code_block_bits` each, CRC included; `base_graph` 1 or 2; `lifting` size. `edges` over all code blocks,
    without the parity bits that rate matching drops; `all_edges` with them.
    """

    code_blocks: int
    code_block_bits: int
    base_graph: int
    lifting: int
    edges: int
    all_edges: int


def code_graph(information_bits: int, coded_bits: int, code_rate: float) -> CodeGraph:
    """Return the graph of `information_bits` (without CRC) sent in `coded_bits`; `code_rate` is the target rate, 0..1."""
    blocks, size = _segmentation(information_bits, code_rate)
    sent = ceil(coded_bits / blocks)
    graph = _base_graph(size, size / sent)
    lifting = _lifting(size, graph)
    degrees = BG1_DEGREES if graph == 1 else BG2_DEGREES
    # The circular buffer starts after two punctured columns and omits the filler bits; each parity bit adds one check.
    checks = max(2 * lifting + sent - size, 4 * lifting)
    rows, rest = divmod(min(checks, lifting * len(degrees)), lifting)
    edges = lifting * sum(degrees[:rows]) + rest * sum(degrees[rows : rows + 1])
    return CodeGraph(blocks, size, graph, lifting, blocks * edges, blocks * lifting * sum(degrees))


def _segmentation(information_bits: int, code_rate: float) -> tuple[int, int]:
    """Return the number of code blocks and the bits of each, CRC included."""
    with_crc = information_bits + (24 if information_bits > 3824 else 16)
    small = information_bits <= 292 or (information_bits <= 3824 and code_rate <= 0.67) or code_rate <= 0.25
    largest = _LARGEST[2 if small else 1]
    if with_crc <= largest:
        return 1, with_crc
    blocks = ceil(with_crc / (largest - 24))
    return blocks, ceil(with_crc / blocks) + 24


def _base_graph(size: int, rate: float) -> int:
    return 2 if size <= 292 or (size <= 3824 and rate <= 0.67) or rate <= 0.25 else 1


def _lifting(size: int, graph: int) -> int:
    columns = 22 if graph == 1 else 10 if size > 640 else 9 if size > 560 else 8 if size > 192 else 6
    return next(lifting for lifting in LIFTING_SIZES if columns * lifting >= size)
