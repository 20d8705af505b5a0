"""Configurations and channels as columns: one array per field, so that thousands are judged and evaluated at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twins.link.configuration import ChannelConfiguration, LinkConfiguration

if TYPE_CHECKING:
    from numpy.typing import NDArray

Columns = Mapping[str, "NDArray[Any]"]


def configuration_columns(configurations: Sequence[LinkConfiguration]) -> dict[str, NDArray[Any]]:
    """Return one array[N] for each field of `LinkConfiguration`, and `receiver_name`.

    The classical receiver's estimator and detector are those that it uses; a neural receiver's are "".
    """
    import numpy as np

    columns = {name: [getattr(one, name) for one in configurations] for name in LinkConfiguration.model_fields}
    classical = [one.receiver == "classical" for one in configurations]
    columns["estimator"] = [one.channel_estimator if own else "" for one, own in zip(configurations, classical, strict=True)]
    columns["detector"] = [one.mimo_detector if own else "" for one, own in zip(configurations, classical, strict=True)]
    columns["receiver_name"] = [one.receiver_name for one in configurations]
    return {name: np.asarray(values) for name, values in columns.items()}


def channel_columns(channels: Sequence[ChannelConfiguration]) -> dict[str, NDArray[Any]]:
    """Return one array[N] for each field of `ChannelConfiguration`; a level that is not given is NaN."""
    import numpy as np

    columns = {}
    for name in ChannelConfiguration.model_fields:
        values = [getattr(one, name) for one in channels]
        columns[name] = np.asarray([np.nan if value is None else value for value in values])
    return columns


def configurations_of(columns: Columns) -> list[LinkConfiguration]:
    """Return the configurations that `configuration_columns` made columns of."""
    fields = {name: columns[name].tolist() for name in LinkConfiguration.model_fields}
    fields["estimator"] = [value or None for value in fields["estimator"]]
    fields["detector"] = [value or None for value in fields["detector"]]
    return [LinkConfiguration(**dict(zip(fields, row, strict=True))) for row in zip(*fields.values(), strict=True)]


def channels_of(columns: Columns) -> list[ChannelConfiguration]:
    """Return the channels that `channel_columns` made columns of."""
    fields = {name: columns[name].tolist() for name in ChannelConfiguration.model_fields}
    rows = (dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True))
    return [ChannelConfiguration(**{name: value for name, value in row.items() if value == value}) for row in rows]
