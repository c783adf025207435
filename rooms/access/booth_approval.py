"""An employer who applied gets its booth: invited as any other, by the words of its application."""

from rooms.access import invitations, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.core.errors import N_, Conflict
from rooms.core.transaction import Transaction
from rooms.fairs import booth_applications, booths
from rooms.fairs.booth_applications import ApplicationState, BoothApplication
from rooms.organisations import employers
from rooms.people.people import Person


async def decide(tx: Transaction, by: Person, row: BoothApplication, state: ApplicationState, words: str) -> None:
    await booth_applications.decide(tx, by, row, state, words)
    if state is not ApplicationState.APPROVED:
        return
    await tx.lock(row.fair, key_share=True)
    await _demand_own(tx, row)
    invited = EmployerInvited(row.employer, row.sector, row.email, row.contact, row.siret, row.location)
    try:
        async with tx.attempt():
            await invitations.invite_employer(tx, by, row.fair, invited)
    except Conflict as problem:
        # Their invitation stands already: that is what was asked for.
        if problem.code != "invitation.known":
            raise


async def _demand_own(tx: Transaction, row: BoothApplication) -> None:
    """A name and a SIRET are known to everybody: neither lets a stranger into an employer that organisers know."""
    known = employers.one_of(await booths.employers_known_to(tx, row.fair), row.employer, row.siret)
    if known is None:
        return
    members = {person.email for person, _ in await employers.members_of(tx, known.id)}
    invited = {each.link.email for each in await open_invitations.of_employer(tx, known.id)}
    if row.email not in members | invited:
        message = N_(
            "%(name)s is known here already, and this address is none of its people's. If it is really theirs, "
            "invite it in the list of employers, and put the application aside."
        )
        raise Conflict("application.employer_known", message, name=known.name)
