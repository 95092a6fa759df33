"""That every public function that takes a process or a thread is in the table of tests/shared/targets.py."""

import targets


def test_everything_that_takes_a_process_or_a_thread_is_in_the_table():
    assert targets.missing() == []


def test_a_new_one_is_missed(monkeypatch):
    def stop_process(process, tid):
        pass

    monkeypatch.setattr(targets.wer, "stop_process", stop_process, raising=False)
    monkeypatch.setattr(targets.wer, "__all__", [*targets.wer.__all__, "stop_process"])
    assert targets.missing() == ["wer.stop_process: process", "wer.stop_process: thread"]
