"""What every area stands on: rows, transactions, events and streams, the outbox, the time, text and uploads.

Promises: what a command changes and what it makes known commit together (database.py, transaction.py); the events of
a stream are numbered without a hole (streams.py); what must leave the house survives a crash (outbox.py); one worker
acts on what is due (lease.py); nothing asks the system for the time (clock.py).

An event is recorded with `tx.record`, or with `tx.happened` where areas above react to it: events.py. What a command
may refuse: errors.py. Many who ask the same at once: batching.py. What people type and upload: text.py, uploads.py.
"""
