"""The scenes that ship with sionna-rt: size, number of objects, and a sensible position for a first transmitter.

Lengths are in metres in the scene's own coordinates (x to the right, y up, z above). `tests/rt` compares this table with the
installed package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SceneName = Literal[
    "box",
    "box_knife",
    "box_one_screen",
    "box_two_screens",
    "double_reflector",
    "etoile",
    "florence",
    "floor_wall",
    "munich",
    "san_francisco",
    "simple_reflector",
    "simple_street_canyon",
    "simple_street_canyon_with_cars",
    "simple_wedge",
    "triple_reflector",
]
Rectangle = tuple[float, float, float, float]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class SceneInfo:
    """A scene with its `bounds` (x_min, y_min, x_max, y_max) and number of objects.

    Defaults for a first map: `transmitter` (x, y, z), `cell_size_m`, `receiver_height_m`, and `view`, the map's area if different
    from `bounds`.
    """

    name: SceneName
    about: str
    bounds: Rectangle
    objects: int
    transmitter: Point
    cell_size_m: float
    terrain: bool = False
    receiver_height_m: float = 1.5
    view: Rectangle | None = None

    @property
    def size_m(self) -> tuple[float, float]:
        """Extent in x and y."""
        x_min, y_min, x_max, y_max = self.bounds
        return x_max - x_min, y_max - y_min


def _canyon(name: SceneName, about: str, objects: int) -> SceneInfo:
    return SceneInfo(name, about, (-94.0, -60.3, 92.4, 60.8), objects, (-33.0, 11.0, 32.0), 1.0)


def _box(name: SceneName, about: str, objects: int) -> SceneInfo:
    return SceneInfo(name, about, (-5.0, -5.0, 5.0, 5.0), objects, (-3.0, 0.0, 2.5), 0.1)


SCENES: dict[SceneName, SceneInfo] = {
    info.name: info
    for info in (
        _box("box", "closed metal room", 1),
        _box("box_knife", "closed metal room with an edge in the middle", 2),
        _box("box_one_screen", "closed metal room with one screen", 2),
        _box("box_two_screens", "closed metal room with two screens", 3),
        SceneInfo("double_reflector", "two metal walls", (-20.0, -10.0, 0.5, 10.0), 2, (-10.0, 0.0, 5.0), 0.25),
        SceneInfo("etoile", "Paris around the Arc de Triomphe", (-426.8, -338.1, 426.8, 338.1), 565, (-40.0, 30.0, 25.0), 4.0),
        SceneInfo("florence", "Florence around the cathedral", (-478.7, -550.0, 521.3, 550.0), 2639, (0.0, 0.0, 25.0), 5.0),
        SceneInfo("floor_wall", "a floor and a wall", (-2.0, -2.0, 2.0, 2.0), 2, (0.0, -1.0, 1.8), 0.05),
        SceneInfo("munich", "Munich around the Frauenkirche", (-805.6, -688.6, 669.9, 517.0), 2367, (8.5, 21.0, 27.0), 5.0),
        SceneInfo(
            "san_francisco",
            "San Francisco with its hills",
            (-508.2, -468.0, 713.5, 459.7),
            4735,
            (0.0, 0.0, 40.0),
            5.0,
            terrain=True,
        ),
        SceneInfo(
            "simple_reflector", "one metal plate", (-0.5, -0.5, 0.5, 0.5), 1, (0.0, 0.0, 3.0), 0.05, view=(-3.0, -3.0, 3.0, 3.0)
        ),
        _canyon("simple_street_canyon", "a street between six blocks", 7),
        _canyon("simple_street_canyon_with_cars", "a street between six blocks, with cars", 15),
        SceneInfo(
            "simple_wedge",
            "one building corner",
            (0.0, -30.0, 30.0, 0.0),
            1,
            (10.0, 10.0, -5.0),
            0.5,
            receiver_height_m=-10.0,
            view=(-30.0, -30.0, 30.0, 30.0),
        ),
        SceneInfo("triple_reflector", "three metal walls", (-20.0, -10.0, 20.5, 10.0), 3, (-10.0, 0.0, 5.0), 0.25),
    )
}
