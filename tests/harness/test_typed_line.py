"""A Ctrl-C at a prompt is never lost, also while other threads of the process are at work."""

import subprocess
import sys

from terminal_session import Session

PROMPTS = 150
# Busy threads hold the interpreter just when the prompt has been printed: a signal that comes now finds nobody who looks.
CHILD = f"""
import threading
from twins.screen.console import SafeConsole

def work():
    while True:
        sum(range(20_000))

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
console, heard = SafeConsole(), 0
while heard < {PROMPTS}:
    try:
        console.input(f"question {{heard}}> ")
    except KeyboardInterrupt:
        heard += 1
print("all were heard", console.input("a line> "))
"""


def test_each_ctrl_c_at_a_prompt_is_heard():
    session = Session.of([sys.executable, "-c", CHILD])
    for number in range(PROMPTS):
        session.until(f"question {number}>").type("\x03")
    session.until("a line>").type("north\n").until("all were heard north")
    assert session.end() == 0


def test_input_that_is_not_a_terminal_is_read_line_by_line():
    child = "from twins.screen.console import SafeConsole; c = SafeConsole(); print(c.input('1> '), c.input('2> '))"
    done = subprocess.run([sys.executable, "-c", child], input="a\nb\n", capture_output=True, text=True, check=True)
    assert done.stdout.endswith("a b\n")
