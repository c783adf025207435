"""What is written: conversations, messages, and their moderation.

Promises: a message that is sent again stands once; a removed one is kept for whoever must account for it; a
conversation has one owner.

Whose a conversation is: conversations.py. Writing and reading: messages.py. Private questions to a booth:
questions.py. What the help desk answers again and again: help_answers.py. Reports and removals: moderation.py; who may
not write for a while: rooms/fairs/sanctions.py.
"""
