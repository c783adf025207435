"""An employer who applied gets its booth: invited as any other, by the words of its application."""

from rooms.access import invitations
from rooms.access.invitations import EmployerInvited
from rooms.core.transaction import Transaction
from rooms.fairs import booth_applications
from rooms.fairs.booth_applications import ApplicationState, BoothApplication
from rooms.people.people import Person


async def decide(tx: Transaction, by: Person, row: BoothApplication, state: ApplicationState, words: str) -> None:
    await booth_applications.decide(tx, by, row, state, words)
    if state is ApplicationState.APPROVED:
        invited = EmployerInvited(row.employer, row.sector, row.email, row.contact, row.siret, row.location)
        await invitations.invite_employer(tx, by, row.fair, invited)
