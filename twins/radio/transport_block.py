"""Transport block size (TS 38.214 clause 5.1.3.2) and its segmentation into code blocks (TS 38.212 clause 5.2.2)."""

from __future__ import annotations

import math

import numpy as np

from twins.compiled import compiled

# TS 38.214 table 5.1.3.2-1: transport block sizes up to 3824 bits.
SMALL_SIZES = np.array(
    [
        *range(24, 193, 8),
        *range(208, 385, 16),
        *(408, 432, 456, 480, 504, 528, 552, 576, 608, 640, 672, 704, 736, 768, 808, 848, 888, 928, 984, 1032, 1064),
        *(1128, 1160, 1192, 1224, 1256, 1288, 1320, 1352, 1416, 1480, 1544, 1608, 1672, 1736, 1800, 1864, 1928, 2024),
        *(2088, 2152, 2216, 2280, 2408, 2472, 2536, 2600, 2664, 2728, 2792, 2856, 2976, 3104, 3240, 3368, 3496, 3624),
        *(3752, 3824),
    ],
    dtype=np.int64,
)


@compiled
def transport_block(modulation_order: int, code_rate: float, resource_elements: int) -> tuple[int, int, int]:
    """Return (transport block size, code block size, number of code blocks); sizes in bits, the code block's with its CRCs.

    `modulation_order` 2, 4, 6 or 8 bits per symbol; `code_rate` 0..1; `resource_elements` over all layers, 0 gives (0, 0, 0).
    """
    if resource_elements <= 0:
        return 0, 0, 0
    information = code_rate * modulation_order * resource_elements
    if information <= 3824.0:
        exponent = max(3, math.floor(math.log2(max(information, 1.0))) - 6)
        quantized = max(24, (1 << exponent) * int(information / (1 << exponent)))
        size = SMALL_SIZES[np.searchsorted(SMALL_SIZES, quantized)]
        return size, size + 16, 1
    exponent = math.floor(math.log2(information - 24.0)) - 5
    quantized = max(3840, (1 << exponent) * math.floor((information - 24.0) / (1 << exponent) + 0.5))
    blocks = 1
    if code_rate <= 0.25:
        blocks = -(-(quantized + 24) // 3816)
    elif quantized > 8424:
        blocks = -(-(quantized + 24) // 8424)
    size = 8 * blocks * (-(-(quantized + 24) // (8 * blocks))) - 24
    return size, (size + 24) // blocks + (24 if blocks > 1 else 0), blocks
