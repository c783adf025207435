"""Who may come to which agency: those who live where it serves, and whom its counsellors follow."""

import pytest

from rooms import access
from rooms.appointments import appointment_types, choices
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.caseload import caseload
from rooms.core.errors import Invalid, NotFound
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        nantes = (await office.fresh_type(tx)).agency
        assert nantes
        await agencies.place(tx, nantes, "Europe/Paris", "", "", "", "44, 85 0")
        south = await agencies.team(tx, "Agence de Rezé", "Sud")
        await agencies.add_member(tx, south.id, await people.welcome(tx, "Rose", "rose@example.org", "fr"))
        await agencies.team(tx, "Agence sans personne", "Nord")
        reze = south.agency
        await appointment_types.add(tx, reze, AppointmentTypeText("Training", 30, ("video",)))
        await agencies.place(tx, reze, "Europe/Paris", "", "", "02 40 00 00 00", "444")
    return office


async def where(tx: Transaction, person: Person) -> set[str]:
    return {agency.name for agency, _ in await choices.types_for(tx, person)}


async def test_the_postcode_says_which_agencies_serve_somebody(office: Office) -> None:  # K8
    cast = office.cast
    async with cast.database.transaction() as tx:
        amina = await cast.fresh(tx, cast.amina)
        assert await where(tx, amina) == set(), "nobody has said where they live"
        for postcode, names in (
            ("44 000", {"Agence Nantes Centre"}),
            ("44400", {"Agence Nantes Centre", "Agence de Rezé"}),
            ("75001", set()),
            ("0100", {"Agence Nantes Centre"}),
        ):
            await people.live_at(tx, amina, postcode)
            assert await where(tx, amina) == names, postcode


async def test_elsewhere_one_finds_no_type_but_with_ones_counsellor_and_on_behalf(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        amina, claire = await cast.fresh(tx, cast.amina), await cast.fresh(tx, office.claire)
        await people.live_at(tx, amina, "75001")
        with pytest.raises(NotFound):
            await access.appointment_type(tx, cast.actor(amina), office.appointment_type.id)
        await access.appointment_type(tx, cast.actor(claire), office.appointment_type.id, for_another=True)
        await caseload.follow(tx, claire.id, amina.id)
        await access.appointment_type(tx, cast.actor(amina), office.appointment_type.id)
        assert await where(tx, amina) == {"Agence Nantes Centre"}


async def test_an_agency_that_names_nobody_serves_everybody(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        nantes = (await office.fresh_type(tx)).agency
        assert nantes
        await agencies.place(tx, nantes, "Europe/Paris", "", "", "")
        assert await where(tx, await cast.fresh(tx, cast.karim)) == {"Agence Nantes Centre"}


async def test_what_is_no_postcode_is_refused_at_its_field(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        for typed in ("", "44<000", "44000 44100 44200"):
            with pytest.raises(Invalid) as refused:
                await people.live_at(tx, await cast.fresh(tx, cast.amina), typed)
            assert refused.value.field == "postcode"
