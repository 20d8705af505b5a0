"""Configurations and channels as columns: one array per field, to check and evaluate thousands of links in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twins.link.configuration import ChannelConfiguration, LinkConfiguration

if TYPE_CHECKING:
    from numpy.typing import NDArray

Columns = Mapping[str, "NDArray[Any]"]


def configuration_columns(configurations: Sequence[LinkConfiguration]) -> dict[str, NDArray[Any]]:
    """Return one array[N] for each field of `LinkConfiguration`, and `receiver_name`.

    Columns `estimator` and `detector` have the classical receiver's defaults filled in; they are "" for a neural receiver.
    """
    import numpy as np

    columns = {name: [getattr(link, name) for link in configurations] for name in LinkConfiguration.model_fields}
    classical = [link.receiver == "classical" for link in configurations]
    columns["estimator"] = [link.channel_estimator if own else "" for link, own in zip(configurations, classical, strict=True)]
    columns["detector"] = [link.mimo_detector if own else "" for link, own in zip(configurations, classical, strict=True)]
    columns["receiver_name"] = [link.receiver_name for link in configurations]
    return {name: np.asarray(values) for name, values in columns.items()}


def channel_columns(channels: Sequence[ChannelConfiguration]) -> dict[str, NDArray[Any]]:
    """Return one array[N] for each field of `ChannelConfiguration`; an unset `snr_db` or `coupling_loss_db` is NaN."""
    import numpy as np

    columns = {}
    for name in ChannelConfiguration.model_fields:
        values = [getattr(channel, name) for channel in channels]
        columns[name] = np.asarray([np.nan if value is None else value for value in values])
    return columns


def configurations_of(columns: Columns) -> list[LinkConfiguration]:
    """Return the configurations in `columns`: the inverse of `configuration_columns`."""
    fields = {name: columns[name].tolist() for name in LinkConfiguration.model_fields}
    fields["estimator"] = [value or None for value in fields["estimator"]]
    fields["detector"] = [value or None for value in fields["detector"]]
    return [LinkConfiguration(**dict(zip(fields, row, strict=True))) for row in zip(*fields.values(), strict=True)]


def channels_of(columns: Columns) -> list[ChannelConfiguration]:
    """Return the channels in `columns`: the inverse of `channel_columns`."""
    fields = {name: columns[name].tolist() for name in ChannelConfiguration.model_fields}
    rows = (dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True))
    return [ChannelConfiguration(**{name: value for name, value in row.items() if value == value}) for row in rows]
