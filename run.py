#!/usr/bin/env python3
"""Start Shelfcast, or test it, on a machine that has nothing but Python.

    python run.py         make .venv from requirements.lock, start the app and open it in the browser
    python run.py test    make .venv the same way, then run everything that CI runs

Standard library only, and written so that an old Python can read it far enough to say what it lacks.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "shelfcast.json"  # what was installed; there only when the installation came to its end
UNFINISHED = VENV / "shelfcast-unfinished"  # there only while something is being installed
LOG = VENV / "shelfcast-install.log"

LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"  # holds LOCK and the tools for tests

PYTHONS = ("3.13", "3.12", "3.11")
ADDRESS = "127.0.0.1"
FIRST_PORT = 8501
DEMO_PAGE = "/?demo=retail"  # the sample store's page
START_SECONDS = 90  # a first start also compiles what was just installed

POSIX = os.name == "posix"
# Settings of the caller that would bend what happens inside .venv.
FOREIGN_SETTINGS = (
    "PYTHONHOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "UV_SYSTEM_PYTHON",
    "UV_PYTHON",
)
NO_NETWORK = (
    "name resolution",
    "name or service not known",
    "nodename nor servname",
    "getaddrinfo failed",
    "dns error",
    "failed to resolve",
    "network is unreachable",
    "connection refused",
    "newconnectionerror",
    "connecttimeout",
    "proxyerror",
    "error sending request",
    "timed out",
)


class SetUpError(Exception):
    """Something the person at the keyboard can put right; the message is one sentence that says how."""


# --- which Python -----------------------------------------------------------------------------------------------------


def ask_python(command: list[str]) -> tuple[str, str] | None:
    """Return the version ("3.12") and the path of a Python, or None where it does not run or is no 64-bit one."""
    # The base of a virtual environment, not its own Python: .venv may be about to be made anew.
    path = "getattr(sys, '_base_executable', sys.executable)"
    question = f"import sys; print('%d.%d' % sys.version_info[:2], sys.maxsize > 2**32, {path})"
    try:
        answer = subprocess.run(
            [*command, "-c", question], check=False, capture_output=True, text=True, timeout=30, env=clean_environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode != 0:
        return None
    version, wide, path = answer.stdout.strip().split(" ", 2)
    return (version, path) if wide == "True" else None


def python_candidates() -> Iterator[list[str]]:
    """Yield the commands that may be a Python that suits, this one first."""
    yield [sys.executable]
    for version in PYTHONS:
        yield ["python" + version] if POSIX else ["py", "-" + version]
    yield ["python3"]
    yield ["python"]


def find_python() -> str:
    """Return the path of a Python that suits: the running one, else the newest on PATH."""
    for command in python_candidates():
        found = ask_python(command)
        if found and found[0] in PYTHONS:
            return found[1]
    raise SetUpError(
        f"Shelfcast needs Python 3.11, 3.12 or 3.13 (64 bit), but this is {platform.python_version()} and PATH has no other: "
        "install one of them and run this again."
    )


# --- what is installed ------------------------------------------------------------------------------------------------


def venv_program(name: str) -> Path:
    """Return where a program of .venv lies on this system."""
    return VENV / "bin" / name if POSIX else VENV / "Scripts" / (name + ".exe")


def venv_python() -> str:
    """Return the path of the Python in .venv."""
    return str(venv_program("python"))


def clean_environment() -> dict[str, str]:
    """Return the environment for children, without the caller's settings that would bend what happens in .venv."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_SETTINGS}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}


def digest(name: str) -> str:
    """Return the SHA-256 of one of the project's files."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def wanted_stamp(lock: str) -> dict[str, str]:
    """Return what the stamp must say when everything in a lock and the project itself are installed, here."""
    locks = {name: digest(name) for name in {LOCK, lock}}
    return {"place": str(ROOT), "pyproject.toml": digest("pyproject.toml"), **locks}


def read_stamp() -> dict[str, str]:
    """Return what was installed, or nothing where that is not known."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def has_packages() -> bool:
    """Tell whether .venv still holds the app's two pillars, without the seconds that importing them takes."""
    question = "import sys; from importlib.util import find_spec as f; sys.exit(not (f('streamlit') and f('forecasting')))"
    return subprocess.run([venv_python(), "-c", question], check=False, cwd=VENV, env=clean_environment()).returncode == 0


def is_venv_sound() -> bool:
    """Tell whether .venv has a Python that runs, of a version that suits, and nothing half-made or taken out by hand."""
    found = ask_python([venv_python()])
    if found is None or found[0] not in PYTHONS or UNFINISHED.exists():
        return False
    return not STAMP.exists() or has_packages()


def is_installed(lock: str) -> bool:
    """Tell whether .venv was filled from a lock as it stands, at this place."""
    return wanted_stamp(lock).items() <= read_stamp().items()


# --- installing -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def progress(label: str) -> Iterator[None]:
    """Show on one line what is being done and for how long."""
    start, done, moving = time.monotonic(), threading.Event(), sys.stdout.isatty()

    def tick() -> None:
        while not done.wait(1.0):
            print(f"\r{label} ... {time.monotonic() - start:.0f} s", end="", flush=True)

    print(label + " ...", end="", flush=True)
    ticker = threading.Thread(target=tick, daemon=True)
    if moving:
        ticker.start()
    try:
        yield
    finally:
        done.set()
        if moving:
            ticker.join()
        print("{}{} ... {:.1f} s".format("\r" if moving else "\n", label, time.monotonic() - start), flush=True)


def run_logged(command: list[str]) -> tuple[bool, str]:
    """Run a command quietly; return whether it worked and what it said, which the log keeps too."""
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with LOG.open("a", encoding="utf-8") as log:
        log.write("$ {}\n{}\n".format(" ".join(command), done.stdout))
    return done.returncode == 0, done.stdout


def explain(output: str) -> SetUpError:
    """Turn what an installer said last into one sentence."""
    said = output.lower()
    if "no space left on device" in said:
        return SetUpError("The disk is full: free about 3 GB and run this again.")
    if any(words in said for words in NO_NETWORK):
        return SetUpError(
            "The packages could not be fetched: connect this machine to the network (or set its proxy) and run this again."
        )
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "it said nothing")
    return SetUpError("The installation failed ({}); the whole story is in {}.".format(last.rstrip("."), LOG))


def remove_venv() -> None:
    """Remove .venv, if that is what it is."""
    if not VENV.exists():
        return
    if not ((VENV / "pyvenv.cfg").exists() or UNFINISHED.exists()):
        raise SetUpError(f"{VENV} exists but is no virtual environment: move it away and run this again.")
    try:
        shutil.rmtree(VENV)
    except OSError as error:
        raise SetUpError(f"{VENV} could not be renewed ({error}): close what uses it and run this again.") from error


def make_venv() -> None:
    """Make a new .venv, with pip inside where this Python can do that."""
    python = find_python()
    remove_venv()
    VENV.mkdir(parents=True)
    UNFINISHED.touch()
    with progress("Making .venv with Python " + ask_python([python])[0]):
        worked, output = run_logged([python, "-m", "venv", str(VENV)])
        if not worked:
            # Debian and Ubuntu leave ensurepip out, but their own pip can fill an environment from outside.
            worked, _ = run_logged([python, "-m", "venv", "--without-pip", str(VENV)])
            pip = [python, "-m", "pip", "--python", venv_python(), "install", "--quiet", "pip"]
            if worked:
                worked, _ = run_logged(pip)
    if not worked and "ensurepip" in output:
        raise SetUpError(
            "This Python comes without ensurepip (Debian, Ubuntu: sudo apt install python3-venv): install it and run again."
        )
    if not worked:
        raise explain(output)


def lock_entry(name: str) -> str:
    """Return one package's lines of the lock: its version and hashes."""
    lines = (ROOT / LOCK).read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(name + "=="))
    last = next((number for number in range(first + 1, len(lines)) if not lines[number].startswith(" ")), len(lines))
    return "\n".join(lines[first:last]) + "\n"


def has_module(name: str) -> bool:
    """Tell whether the Python in .venv can run a module as a program."""
    return run_logged([venv_python(), "-m", name, "--version"])[0]


def ensure_pip() -> None:
    """Put pip into a .venv that was made without it (by uv, say)."""
    if not has_module("pip") and not run_logged([venv_python(), "-m", "ensurepip"])[0]:
        raise SetUpError(f"{VENV} has no pip: remove that folder and run this again.")


def ensure_uv() -> bool:
    """Put uv, which installs many times faster than pip, into .venv; False where there is none for this machine."""
    if has_module("uv"):
        return True
    ensure_pip()
    wanted = VENV / "uv.lock.txt"
    wanted.write_text(lock_entry("uv"), encoding="utf-8")
    worked, output = run_logged([*pip_install(), "--only-binary", ":all:", "--require-hashes", "--requirement", str(wanted)])
    if not worked and any(words in output.lower() for words in NO_NETWORK):
        raise explain(output)
    return worked


def uv_install() -> list[str]:
    """Return the start of a command that installs with uv."""
    return [venv_python(), "-m", "uv", "pip", "install", "--python", venv_python()]


def pip_install() -> list[str]:
    """Return the start of a command that installs with pip."""
    return [venv_python(), "-m", "pip", "install", "--retries", "2"]


def install_with(installer: list[str], lock: str) -> tuple[bool, str]:
    """Install a lock and then the project itself, which is found where it lies and needs nothing but the lock."""
    worked, output = run_logged([*installer, "--require-hashes", "--requirement", lock])
    if not worked:
        return worked, output
    return run_logged([*installer, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def install(lock: str) -> None:
    """Fill .venv from a lock: with uv where possible, else with pip, whose own settings uv does not read."""
    UNFINISHED.touch()
    LOG.write_text("", encoding="utf-8")
    with progress("Installing what Shelfcast needs (once, some minutes)"):
        worked, output = install_with(uv_install(), lock) if ensure_uv() else (False, "")
        if not worked:
            ensure_pip()
            worked, output = install_with(pip_install(), lock)
    if not worked:
        raise explain(output)
    STAMP.write_text(json.dumps(wanted_stamp(lock), indent=2), encoding="utf-8")
    UNFINISHED.unlink()


def set_up(lock: str) -> None:
    """Make sure that .venv holds what a lock asks for; quick where it does, for every start asks."""
    sound = is_venv_sound()
    if sound and is_installed(lock):
        return
    if not sound:
        make_venv()
    install(lock)


# --- python run.py ----------------------------------------------------------------------------------------------------


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        if POSIX:  # else a port counts as taken for a minute after its last server went
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError):
            return False
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((ADDRESS, port)) != 0


def free_port(first: int) -> int:
    """Return the first port that nobody uses, from a wished one on."""
    for port in range(first, min(first + 50, 65536)):
        if is_free(port):
            if port != first:
                print(f"Port {first} is taken, using {port}.")
            return port
    raise SetUpError(f"No port from {first} to {min(first + 49, 65535)} is free: choose another with --port.")


def app_command(port: int) -> list[str]:
    """Return the command that serves the app to this machine only."""
    options = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "logger.hideWelcomeMessage": "true",
    }
    arguments = [word for name, value in options.items() for word in ("--" + name, value)]
    return [venv_python(), "-m", "streamlit", "run", "app.py", *arguments]


def wait_until_ready(server: subprocess.Popen, address: str) -> None:
    """Wait until the app answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business with this machine
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SetUpError(f"The app stopped while it started (exit code {server.returncode}): its last lines above say why.")
        try:
            with opener.open(address + "/_stcore/health", timeout=2):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise SetUpError(f"The app did not answer at {address} within {START_SECONDS} seconds.")


def can_show_a_browser() -> bool:
    """Tell whether a browser would get a window; on a server it would fill the terminal instead."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def start_server(port: int) -> subprocess.Popen:
    """Start the app in a process group of its own: Ctrl-C reaches this script alone, which then ends the whole group."""
    return subprocess.Popen(app_command(port), cwd=ROOT, env=clean_environment(), start_new_session=POSIX)


def stop(server: subprocess.Popen) -> None:
    """Stop the app and what it started: politely, then firmly."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGTERM) if POSIX else server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=5)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL) if POSIX else server.kill()
    server.wait()


def end_as_by_ctrl_c() -> None:
    """Let a closed terminal or a polite kill end the app too, not only this script."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)


def serve(port: int, browser: bool, page: str = DEMO_PAGE) -> int:
    """Serve the app until Ctrl-C."""
    address = f"http://{ADDRESS}:{port}"
    end_as_by_ctrl_c()
    server = start_server(port)
    try:
        wait_until_ready(server, address)
        print(f"Shelfcast is at {address}{page} (stop it with Ctrl-C)", flush=True)
        if browser and can_show_a_browser():
            webbrowser.open(address + page)
        return server.wait()
    except KeyboardInterrupt:
        print("\nShelfcast stops.", flush=True)
        return 0
    finally:
        stop(server)


# --- python run.py test -----------------------------------------------------------------------------------------------


def check_commands() -> dict[str, list[str]]:
    """Return the checks that take seconds, the fastest first."""
    python = venv_python()
    return {
        "lint": [python, "-m", "ruff", "check", "."],
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "imports": [str(venv_program("lint-imports"))],
        "types": [python, "-m", "mypy"],
    }


def test_command(coverage: bool) -> list[str]:
    """Return the command for all tests; the browser tests share one process, for they share one server."""
    workers = str(min(4, os.cpu_count() or 1))
    command = [venv_python(), "-m", "pytest", "--numprocesses", workers, "--dist", "loadgroup"]
    return [*command, "--cov"] if coverage else command


def run_check(name: str, command: list[str]) -> bool:
    """Run one check, in sight; return whether it found nothing."""
    print("--- {}: {}".format(name, " ".join([Path(command[0]).name, *command[1:]])), flush=True)
    return subprocess.run(command, check=False, cwd=ROOT, env=clean_environment()).returncode == 0


def run_tests(coverage: bool) -> int:
    """Run everything that CI runs, the fast checks first; pytest's closing line comes last when all is well."""
    start = time.monotonic()
    results = {name: run_check(name, command) for name, command in check_commands().items()}
    verdicts = ", ".join("{} {}".format(name, "ok" if fine else "FAILED") for name, fine in results.items())
    print(f"--- {verdicts} ({time.monotonic() - start:.0f} s); now the tests", flush=True)
    results["tests"] = run_check("tests", test_command(coverage))
    failed = [name for name, fine in results.items() if not fine]
    if failed:
        print("Failed: {}.".format(", ".join(failed)), flush=True)
    return 1 if failed else 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="run.py", description="Start Shelfcast in the browser, or run its tests.")
    parser.add_argument(
        "what", nargs="?", choices=["app", "test"], default="app", help="app (default): start it; test: run all that CI runs"
    )
    parser.add_argument(
        "--port", type=int, default=FIRST_PORT, help="port to serve on, or the next free one (default: %(default)s)"
    )
    parser.add_argument("--page", default=DEMO_PAGE, help="what to open; the sample store when not given")
    parser.add_argument("--no-browser", action="store_true", help="start the app, but open no browser")
    parser.add_argument("--coverage", action="store_true", help="test: show the branches no test reaches, in twice the time")
    options = parser.parse_args(arguments)
    if not 0 < options.port < 65536:
        parser.error(f"--port must lie between 1 and 65535, found {options.port}.")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Set up, then start the app or the tests; an error is one sentence and exit code 2."""
    options = parse(arguments)
    try:
        set_up(DEV_LOCK if options.what == "test" else LOCK)
        if options.what == "test":
            return run_tests(options.coverage)
        return serve(free_port(options.port), browser=not options.no_browser, page=options.page)
    except SetUpError as error:
        print("\n" + str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; run this again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
