"""Workers that misbehave, and one that answers: `python scene_worker.py HOW FOLDER PARENT`, the request on stdin."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

how, folder = sys.argv[1], Path(sys.argv[2])

if how == "abort":
    sys.stderr.write("LLVM ERROR: out of registers\n")
    sys.stderr.flush()
    os.abort()
if how == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if how == "hang":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (Path(os.environ["NOTES"]) / "pids").write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
if how == "status":
    sys.exit("no such\x1b[31m device\x00")
if how == "nothing":
    sys.exit(0)
if how == "garbage":
    (folder / "map.npz").write_bytes(b"PK\x03\x04 not a map" * 50)
if how == "gibberish error":
    (folder / "error.json").write_text('{"cause": "tuesday"')
    sys.exit(3)
if how == "error":
    (folder / "error.json").write_text(json.dumps({"cause": "request", "message": "carrier_ghz=40: marble ends at 39"}))
    sys.exit(3)
if how in ("map", "NaN", "another", "flood"):
    import numpy as np
    from scene_maps import free_space_map

    from twins.scenes.map_file import write_map
    from twins.scenes.request import SceneRequest

    if how == "flood":
        sys.stdout.write("x" * 5_000_000)
    request = SceneRequest.model_validate_json(sys.stdin.read())
    if how == "another":
        request = request.model_copy(update={"seed": request.seed + 1})
    answer = free_space_map(request)
    if how == "NaN":
        answer.path_gain_db[0, 0, 0] = np.nan
    (folder / "progress").write_text("1 1")
    time.sleep(0.3)
    write_map(answer, folder / "map.npz")
