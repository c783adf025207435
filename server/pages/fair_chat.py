"""The chat of a fair."""

from aiohttp import web

from rooms import access
from rooms.chat import conversations, messages
from rooms.core.events import conversation_stream, fair_stream
from rooms.fairs import sanctions
from server.page_request import PageRequest
from server.pages import entrance_hall
from server.pages.stream_heads import read_heads
from server.routes import get


@get("/fairs/{fair}/chat")
async def fair_chat(request: PageRequest) -> web.StreamResponse:
    if await entrance_hall.arrive_at(request):
        return request.go(f"/fairs/{request.path('fair')}")
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        conversation = await conversations.of_fair(tx, fair.id)
        heads = await read_heads(tx, request, fair_stream(fair.id), conversation_stream(conversation.id))
        person = request.actor.person
        return request.render(
            "fair_chat.html",
            held=await sanctions.holding(tx, fair.id, person) if person else (),
            fair=fair,
            conversation=conversation,
            messages=await messages.messages_of(tx, conversation.id),
            moderates=await access.can_run(tx, request.actor, fair),
            heads=heads,
        )
