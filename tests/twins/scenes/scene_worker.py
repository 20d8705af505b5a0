"""Workers that misbehave, and one that works: `python scene_worker.py BEHAVIOUR FOLDER PARENT`, the request on stdin."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

behaviour, folder = sys.argv[1], Path(sys.argv[2])

if behaviour == "abort":
    sys.stderr.write("LLVM ERROR: out of registers\n")
    sys.stderr.flush()
    os.abort()
if behaviour == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if behaviour == "hang":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (Path(os.environ["NOTES"]) / "pids").write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
if behaviour == "status":
    sys.exit("no such\x1b[31m device\x00")
if behaviour == "nothing":
    sys.exit(0)
if behaviour == "garbage":
    (folder / "map.npz").write_bytes(b"PK\x03\x04 not a map" * 50)
if behaviour == "gibberish error":
    (folder / "error.json").write_text('{"cause": "tuesday"')
    sys.exit(3)
if behaviour == "error":
    (folder / "error.json").write_text(json.dumps({"cause": "request", "message": "carrier_ghz=40: marble ends at 39"}))
    sys.exit(3)
if behaviour in ("map", "NaN", "another", "flood"):
    import numpy as np
    from scene_maps import free_space_map

    from twins.scenes.map_file import write_map
    from twins.scenes.request import SceneRequest

    if behaviour == "flood":
        sys.stdout.write("x" * 5_000_000)
    request = SceneRequest.model_validate_json(sys.stdin.read())
    if behaviour == "another":
        request = request.model_copy(update={"seed": request.seed + 1})
    radio_map = free_space_map(request)
    if behaviour == "NaN":
        radio_map.path_gain_db[0, 0, 0] = np.nan
    (folder / "progress").write_text("1 1")
    time.sleep(0.3)
    write_map(radio_map, folder / "map.npz")
