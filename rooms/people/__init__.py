"""The people: who they are, how they come in, whether they are within reach.

Promises: a person is in one call or meeting at a time, by a primary key (engagement.py); only hashes of codes and
tokens are kept (signin.py); whoever is away is told by their last sign of life and never guessed at (presence.py).

People and their profile: people.py. Found by the beginnings of a name: name_search.py. Their CV and who read it:
documents.py. On which devices they are signed in: sessions.py. Ringing a locked phone: push.py. Mails they do without:
mail_refusals.py.
"""
