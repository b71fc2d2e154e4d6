"""However many requests come, at most one answer waits."""

import asyncio

from kpi_helpers.panels.latest import PAUSE, Latest


def test_without_an_event_loop_it_answers_at_once():
    answers = []
    Latest(lambda: answers.append(1))()
    assert answers == [1]


def test_a_burst_is_answered_once_with_the_latest():
    seen, state = [], {"value": 0}

    async def drag():
        latest = Latest(lambda: seen.append(state["value"]))
        for value in range(100):
            state["value"] = value
            latest({"new": value})
        await asyncio.sleep(3 * PAUSE)
        return list(seen)

    assert asyncio.run(drag()) == [99]


def test_what_comes_during_a_slow_answer_is_answered_together():
    seen, state = [], {"value": 0}

    async def drag():
        def slow():
            seen.append(state["value"])
            if len(seen) == 1:  # while the first answer is at work, many more moves come
                for value in range(1, 51):
                    state["value"] = value
                    latest()

        latest = Latest(slow)
        latest()
        await asyncio.sleep(6 * PAUSE)

    asyncio.run(drag())
    assert seen == [0, 50]
