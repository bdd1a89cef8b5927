"""Long work is done one piece at a time beside the answers, tells how far it is, and ends when it is told to."""

from threading import Event

import pytest

from cofactor.serving.background import Background, JobState, Task


class Gate:
    """Work that stops at a step until it is let on."""

    def __init__(self) -> None:
        self.begun, self.may_go_on = Event(), Event()

    def __call__(self, task: Task) -> str:
        task.at(0.5, "half of it")
        self.begun.set()
        assert self.may_go_on.wait(10)
        task.at(0.9, "nearly all")
        return "done"


def until(background: Background, key: str, *states: str) -> JobState:
    """The state of a piece of work once it is one of these."""
    for _ in range(2000):
        if (found := background.state(key)).state in states:
            return found
        Event().wait(0.005)
    pytest.fail(f"{key} is {background.state(key)}, not one of {states}")


@pytest.fixture
def background() -> Background:
    return Background()


def test_what_was_not_started_has_no_result(background):
    assert background.state("a") == JobState("none")


def test_one_runs_and_the_others_wait_in_order(background):
    first, second = Gate(), Gate()
    background.start("first", first)
    assert first.begun.wait(10)
    assert background.start("second", second).state == "waiting"
    assert background.state("first") == JobState("running", "half of it", 0.5)
    assert not second.begun.is_set()
    first.may_go_on.set()
    assert second.begun.wait(10)
    second.may_go_on.set()
    assert [until(background, key, "ready").result for key in ("first", "second")] == ["done", "done"]


def test_to_start_what_runs_starts_nothing_more(background):
    gate = Gate()
    background.start("a", gate)
    assert gate.begun.wait(10)
    assert background.start("a", Gate()).state == "running"
    gate.may_go_on.set()
    assert until(background, "a", "ready").result == "done"


def test_what_waits_ends_at_once_and_what_runs_after_its_step(background):
    runs, waits = Gate(), Gate()
    background.start("runs", runs)
    background.start("waits", waits)
    assert runs.begun.wait(10)
    assert background.cancel("waits").state == background.cancel("runs").state == "none"
    again = Gate()
    background.start("runs", again)
    assert not again.begun.wait(0.05)  # the step at hand is not over
    runs.may_go_on.set()
    assert again.begun.wait(10)
    again.may_go_on.set()
    assert until(background, "runs", "ready").result == "done"
    assert background.state("waits").state == "none"


def test_an_earlier_result_stays_while_the_work_is_done_again(background):
    background.start("a", lambda task: "earlier")
    until(background, "a", "ready")
    gate = Gate()
    background.start("a", gate)
    assert gate.begun.wait(10)
    assert (background.state("a").state, background.state("a").result) == ("running", "earlier")
    ended = background.cancel("a")
    gate.may_go_on.set()
    assert (ended.state, ended.result) == ("ready", "earlier")


def test_what_goes_wrong_is_said_in_place_of_a_result(background):
    def fails(task: Task) -> None:
        raise ValueError("no genres")

    background.start("a", fails)
    assert until(background, "a", "failed") == JobState("failed", "no genres")


def test_only_the_newest_results_are_kept(background):
    for at in range(40):
        background.start(str(at), lambda task: "done")
        until(background, str(at), "ready")
    assert background.state("0") == JobState("none")
    assert background.state("39").state == "ready"
