"""What takes long to work out is worked out once, and keeps only those waiting who ask for it."""

from threading import Event, Thread

from cofactor.serving.opened import OpenModel


def test_what_takes_long_keeps_nobody_from_the_rest(opened):
    fresh = OpenModel(opened.model, opened.folder)
    begun, may_end = Event(), Event()

    def slow() -> str:
        begun.set()
        assert may_end.wait(10)
        return "clusters"

    answers = list[str]()
    asking = Thread(target=lambda: answers.append(fresh.once("slow", slow)))
    asking.start()
    assert begun.wait(10)
    answers.append(fresh.once("quick", lambda: "axes"))
    may_end.set()
    asking.join(10)
    assert answers == ["axes", "clusters"]


def test_what_many_ask_for_at_once_is_worked_out_once(opened):
    fresh, made = OpenModel(opened.model, opened.folder), []
    asking = [Thread(target=lambda: fresh.once("same", lambda: made.append("made"))) for _ in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(10)
    assert made == ["made"]
