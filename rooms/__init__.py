"""What happens where people meet: fairs, booths, lines, chat, meetings, appointments and the people themselves.

Nothing in here knows HTTP, Socket.IO or templates, and nothing asks the system for the time.
"""

import zoneinfo

# One time-zone database for pages, mails and calendars: the package that the lock file names, not the machine's.
zoneinfo.reset_tzpath(())
