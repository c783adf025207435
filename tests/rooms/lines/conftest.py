"""A talk from a line, from which people are sent on."""

import pytest

from rooms.lines.call import Answer
from rooms.meetings.meeting import Meeting
from tests.cast import Cast
from tests.rooms.meetings.test_answers import colleague
from tests.rooms.meetings.test_way_back import go


@pytest.fixture
async def talk(cast: Cast) -> Meeting:
    """Amina talks with Luc; Karim waits behind her, and Claire stands at the booth too."""
    claire = await colleague(cast)
    for person, booth in ((cast.amina, None), (cast.karim, None), (cast.luc, cast.atlantique)):
        await cast.connect(person, booth)
    await cast.connect(claire, cast.atlantique)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    await go(cast, cast.luc, meeting)
    return await go(cast, cast.amina, meeting)
