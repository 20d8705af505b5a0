from .map_tool import RayTracedMap as RayTracedMap
from .map_tool import RayTracedMapRequest as RayTracedMapRequest
from .map_tool import ray_traced_map as ray_traced_map
from .sites import transmitters_of as transmitters_of
