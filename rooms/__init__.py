"""What happens where people meet: fairs, booths, lines, chat, meetings and the people themselves.

Nothing in here knows HTTP, Socket.IO or templates, and nothing asks the system for the time.
"""
