"""Garbage is collected a while after it was asked for, once however often that was."""

from __future__ import annotations

import gc
import threading

import pytest

from ui import memory


class Timer:
    """Keeps the call instead of making it in some seconds."""

    calls: list

    def __init__(self, _seconds: float, call) -> None:
        self.call, self.daemon = call, False

    def start(self) -> None:
        assert self.daemon, "nothing may keep the server from ending"
        self.calls.append(self.call)


def test_garbage_is_collected_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(Timer, "calls", [], raising=False)
    monkeypatch.setattr(threading, "Timer", Timer)
    monkeypatch.setattr(memory, "_asked", threading.Event())
    monkeypatch.setattr(gc, "collect", lambda: collected.append(1))
    for _ in range(5):
        memory.collect_soon()
    (call,) = Timer.calls
    assert not collected
    call()
    assert len(collected) == 1
    memory.collect_soon()
    assert len(Timer.calls) == 2
