"""Requests that several gym tools share: what they are about."""

from __future__ import annotations

from pydantic import Field

from policies.gym.network_state import NetworkState
from policies.gym.place import Position
from policies.slices import Slice
from tools.contract import ToolRequest

UAV = "name of a UAV of the mission, such as uav-1"
GNB = "name of a gNB, such as gnb-1"


class Nothing(ToolRequest):
    """No arguments."""


class AtPosition(ToolRequest):
    """Where."""

    position: Position = Field(description="x east, y north, z above ground, m")


class OfUav(ToolRequest):
    """Which UAV."""

    uav: str = Field(description=UAV)


class OfUavAndGnb(ToolRequest):
    """Which UAV and which gNB."""

    uav: str = Field(description=UAV)
    gnb: str = Field(description=GNB)


class OfSlice(ToolRequest):
    """Which slice."""

    slice: Slice = Field(description="eMBB, URLLC or mMTC")


class OfState(ToolRequest):
    """Which network state."""

    state: NetworkState = Field(description="as check_network_state answers it")
