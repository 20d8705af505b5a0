"""Request types that several gym tools share."""

from __future__ import annotations

from pydantic import Field

from policies.gym.network_state import NetworkState
from policies.gym.place import Position
from policies.slices import Slice
from tools.contract import ToolRequest

UAV = "name of a UAV of the mission, such as uav-1"
GNB = "name of a gNB, such as gnb-1"


class NoArguments(ToolRequest):
    """No arguments."""


class PositionRequest(ToolRequest):
    """A position."""

    position: Position = Field(description="x east, y north, z above ground, m")


class UavRequest(ToolRequest):
    """One UAV."""

    uav: str = Field(description=UAV)


class UavGnbRequest(ToolRequest):
    """One UAV and one gNB."""

    uav: str = Field(description=UAV)
    gnb: str = Field(description=GNB)


class SliceRequest(ToolRequest):
    """One slice."""

    slice: Slice = Field(description="eMBB, URLLC or mMTC")


class StateRequest(ToolRequest):
    """A network state."""

    state: NetworkState = Field(description="as returned by check_network_state")
