"""A person is found by the beginnings of their names, however they are typed, and by the name they have now."""

from sqlalchemy import select

from rooms.core.database import Database
from rooms.core.transaction import Transaction
from rooms.people import name_search, people
from rooms.people.people import Person, Profile


async def found(tx: Transaction, words: str) -> list[str]:
    query = select(Person.name).where(name_search.begin_with(Person.id, words)).order_by(Person.name)
    return list((await tx.session.execute(query)).scalars())


async def test_beginnings_of_words_with_or_without_accents(database: Database) -> None:
    async with database.transaction() as tx:
        for name in ("Hélène d’Orves", "Helena Oré", "Ørjan Łuc", "Amina Benali", "محمد علي", "Zoé 50%_off"):
            await people.welcome(tx, name, None, "fr")
    async with database.reading() as tx:
        assert await found(tx, "HELE") == ["Helena Oré", "Hélène d’Orves"]
        assert await found(tx, "orves hél") == ["Hélène d’Orves"]
        assert await found(tx, "or hel") == ["Helena Oré", "Hélène d’Orves"]
        assert await found(tx, "محم") == ["محمد علي"]
        assert await found(tx, "enali") == [], "the middle of a name is no beginning"
        assert await found(tx, "50%_") == ["Zoé 50%_off"]
        assert await found(tx, "a%i") == [], "two words, and nobody has a name that begins with i and another with a"


async def test_the_name_they_have_now(database: Database) -> None:
    async with database.transaction() as tx:
        amina = await people.welcome(tx, "Amina Benali Benali", None, "fr")
        await people.change_profile(tx, amina, Profile("Amina Durand"))
    async with database.reading() as tx:
        assert await found(tx, "amina dur") == ["Amina Durand"]
        assert await found(tx, "benali") == []
