"""`run.py` chooses a Python, keeps `.venv` in order, finds a port, and says in one sentence what is wrong."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock"]


@pytest.fixture
def run(tmp_path, monkeypatch) -> ModuleType:
    """Load run.py anew, with a .venv in an empty folder."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    for name, path in {
        "VENV": venv,
        "STAMP": venv / "shelfcast.json",
        "UNFINISHED": venv / "shelfcast-unfinished",
        "LOG": venv / "log",
    }.items():
        monkeypatch.setattr(module, name, path)
    return module


@pytest.fixture
def sound_venv(run, monkeypatch):
    """Pretend that .venv has everything, by letting the Python of these tests stand in for its own."""
    run.VENV.mkdir()
    monkeypatch.setattr(run, "venv_python", lambda: sys.executable)
    monkeypatch.setattr(run, "has_packages", lambda: True)
    run.STAMP.write_text(json.dumps(run.wanted_stamp(run.LOCK)), encoding="utf-8")


def locked(name: str) -> dict[str, set[str]]:
    """Return the versions that a lock pins for each package."""
    pins: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9][a-z0-9-]*)==(\S+)", line):
            pins.setdefault(match[1], set()).add(match[2])
    return pins


# --- the locks


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^(-|/|\.)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))


def test_the_locks_satisfy_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    asked = {
        "requirements.lock": project["project"]["dependencies"] + groups["setup"],
        "requirements-dev.lock": project["project"]["dependencies"] + groups["setup"] + groups["dev"],
    }
    for name, requirements in asked.items():
        pins = locked(name)
        for requirement in map(Requirement, requirements):
            versions = pins.get(requirement.name, set())
            assert versions, f"{requirement} is not in {name}: run scripts/lock.py"
            assert all(requirement.specifier.contains(version) for version in versions), f"{requirement} in {name}"


def test_both_locks_agree():
    small, large = locked("requirements.lock"), locked("requirements-dev.lock")
    assert small.items() <= large.items()


def test_one_entry_of_the_lock_can_be_cut_out(run):
    entry = run.lock_entry("uv")
    assert re.match(r"uv==[\d.]+ \\\n", entry)
    assert len(re.findall(r"^\S", entry, flags=re.MULTILINE)) == 1
    assert entry.count("--hash=sha256:") > 5


# --- which Python


def test_an_old_python_can_read_the_script():
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_running_python_is_taken_when_it_suits(run):
    assert Path(run.find_python()).exists()


def test_a_venv_is_traced_to_the_python_it_was_made_from(run, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    inside = tmp_path / "venv" / ("bin/python" if run.POSIX else "Scripts/python.exe")
    _version, path = run.ask_python([str(inside)])
    assert tmp_path not in Path(path).parents


def test_another_python_on_path_is_taken_when_this_one_does_not_suit(run, monkeypatch):
    answers = {
        sys.executable: ("3.10", sys.executable),
        "python3.12": ("3.12", "/opt/python3.12"),
        "py": ("3.12", "/opt/python3.12"),
    }
    monkeypatch.setattr(run, "ask_python", lambda command: answers.get(command[0]))
    assert run.find_python() == "/opt/python3.12"


@pytest.mark.parametrize("found", [("3.10", "/usr/bin/python3"), ("3.14", "/usr/bin/python3"), None])
def test_no_suitable_python_is_one_sentence(run, monkeypatch, found):
    monkeypatch.setattr(run, "ask_python", lambda _command: found)
    monkeypatch.setattr(run.platform, "python_version", lambda: "3.14.1")
    with pytest.raises(run.SetUpError, match=r"needs Python 3\.11, 3\.12 or 3\.13 .* this is 3\.14\.1 .*install one"):
        run.find_python()


def test_a_python_that_does_not_run_is_passed_over(run):
    assert run.ask_python(["no-such-python"]) is None


# --- what is installed


def test_a_finished_installation_is_known_again(run, sound_venv):
    assert run.is_venv_sound()
    assert run.is_installed(run.LOCK)
    assert not run.is_installed(run.DEV_LOCK)


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml", "place"])
def test_a_change_asks_for_a_new_installation(run, sound_venv, changed):
    stamp = run.read_stamp()
    run.STAMP.write_text(json.dumps({**stamp, changed: "another"}), encoding="utf-8")
    assert not run.is_installed(run.LOCK)


def test_a_damaged_stamp_is_no_stamp(run, sound_venv):
    run.STAMP.write_text("{", encoding="utf-8")
    assert run.read_stamp() == {}


def test_an_interrupted_installation_is_made_anew(run, sound_venv):
    run.UNFINISHED.touch()
    assert not run.is_venv_sound()


def test_packages_taken_out_by_hand_are_noticed(run, sound_venv, monkeypatch):
    monkeypatch.setattr(run, "has_packages", lambda: False)
    assert not run.is_venv_sound()


def test_setting_up_twice_installs_once(run, sound_venv, monkeypatch):
    monkeypatch.setattr(run, "install", lambda _lock: pytest.fail("installed again"))
    monkeypatch.setattr(run, "make_venv", lambda: pytest.fail("made .venv again"))
    run.set_up(run.LOCK)


def test_a_folder_that_is_no_venv_is_never_removed(run):
    run.VENV.mkdir()
    (run.VENV / "thesis.txt").write_text("the only copy", encoding="utf-8")
    with pytest.raises(run.SetUpError, match="no virtual environment"):
        run.remove_venv()
    assert (run.VENV / "thesis.txt").exists()


def test_settings_of_the_caller_do_not_reach_the_venv(run, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    environment = run.clean_environment()
    assert "PYTHONPATH" not in environment
    assert environment["PIP_USER"] == "0"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "Retrying ... [Errno -3] Temporary failure in name resolution\nERROR: No matching distribution",
            "connect this machine",
        ),
        ("error: Request failed\n  Caused by: dns error", "connect this machine"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: hash mismatch\n\n", r"failed \(error: hash mismatch\)"),
        ("", "it said nothing"),
    ],
)
def test_what_an_installer_said_becomes_one_sentence(run, output, sentence):
    error = run.explain(output)
    assert re.search(sentence, str(error))
    assert "\n" not in str(error)


# --- serving


@pytest.mark.parametrize(("arguments", "page"), [([], "/?demo=retail"), (["--page", "/"], "/")])
def test_the_sample_store_is_opened_unless_another_page_is_asked_for(run, arguments, page):
    assert run.parse(arguments).page == page


def test_a_taken_port_leads_to_the_next(run, capsys):
    with socket.socket() as taken:
        taken.bind((run.ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run.free_port(port) > port
    assert f"Port {port} is taken" in capsys.readouterr().out


def test_no_free_port_is_one_sentence(run, monkeypatch):
    monkeypatch.setattr(run, "is_free", lambda _port: False)
    with pytest.raises(run.SetUpError, match="No port from 65530 to 65535 is free"):
        run.free_port(65530)


def test_a_port_that_cannot_be_is_refused(run, capsys):
    with pytest.raises(SystemExit):
        run.parse(["--port", "70000"])
    assert "between 1 and 65535" in capsys.readouterr().err


def test_an_error_is_one_sentence_and_exit_code_2(run, monkeypatch, capsys):
    def fail(_lock: str) -> None:
        raise run.SetUpError("No luck today.")

    monkeypatch.setattr(run, "set_up", fail)
    assert run.main(["--no-browser"]) == 2
    assert capsys.readouterr().err.strip() == "No luck today."


def test_an_app_that_dies_at_once_is_one_sentence(run, monkeypatch):
    monkeypatch.setattr(run, "app_command", lambda _port: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(run.SetUpError, match="exit code 3"):
        run.serve(run.FIRST_PORT, browser=False, page="/")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_the_app_answers_and_ctrl_c_stops_it(run):
    port = run.free_port(8600)
    script = f"import sys, run; run.venv_python = lambda: sys.executable; sys.exit(run.serve({port}, browser=False))"
    server = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        assert f"http://127.0.0.1:{port}/?demo=retail" in server.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert page.status == 200
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=15) == 0
    finally:
        server.terminate()  # however the test ends, it leaves no server behind
        server.communicate(timeout=15)
    assert run.is_free(port)


# --- testing


def test_the_tests_come_last_so_that_their_closing_line_does(run, monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(run, "run_check", lambda name, _command: seen.append(name) or True)
    assert run.run_tests(coverage=False) == 0
    assert seen[-1] == "tests"
    assert capsys.readouterr().out.strip().endswith("now the tests")


@pytest.mark.parametrize("coverage", [False, True])
def test_coverage_is_traced_only_where_it_is_asked_for(run, coverage):
    assert ("--cov" in run.test_command(coverage)) == coverage
    assert run.parse(["test", "--coverage"] if coverage else ["test"]).coverage == coverage


def test_one_failed_check_fails_the_whole(run, monkeypatch, capsys):
    monkeypatch.setattr(run, "run_check", lambda name, _command: name != "types")
    assert run.run_tests(coverage=False) == 1
    assert capsys.readouterr().out.strip().endswith("Failed: types.")
