"""The command line: parvis serve, demo, migrate, create-admin, rehearse, capacity, doctor."""

import argparse
import asyncio
import os
import signal
import sys

import structlog
import uvloop

from rooms.core.database import Database
from rooms.core.errors import Problem
from rooms.people import people
from server import app, gc_tuning, language, migrating
from server.rehearsal import needs
from server.rehearsal import rehearse as rehearsing
from server.settings import Settings, SettingsError, load


def main() -> None:
    arguments = _parser().parse_args()
    # What is kept, the database and people's papers, is for whoever runs this and for nobody else on the machine.
    os.umask(0o077)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper("iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
    try:
        sys.exit(arguments.run(arguments))
    except SettingsError as error:
        sys.exit(f"These settings do not fit:\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parvis", description="A virtual recruitment fair of your own.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the server, with the worker inside")
    serve.set_defaults(run=lambda _: uvloop.run(_serve(load())))

    demo = commands.add_parser("demo", help="run a fair with simulated people, nothing to configure")
    demo.add_argument("--fresh", action="store_true", help="begin anew")
    demo.add_argument("--port", type=int, default=8080)
    demo.add_argument("--folder", default="demo-data", help="where the demo keeps its data")
    demo.set_defaults(run=_demo)

    migrate = commands.add_parser("migrate", help="bring the database to today's shape")
    migrate.set_defaults(run=lambda _: asyncio.run(_migrate(load())))

    admin = commands.add_parser("create-admin", help="make an administrator and print a sign-in link")
    admin.add_argument("email")
    admin.add_argument("--name", default="Administrator")
    admin.set_defaults(run=lambda arguments: asyncio.run(_create_admin(load(), arguments.email, arguments.name)))

    rehearse = commands.add_parser("rehearse", help="let simulated people try what this installation bears")
    rehearsing.add_arguments(rehearse)
    rehearse.set_defaults(run=lambda arguments: asyncio.run(rehearsing.run(load(), arguments)))

    capacity = commands.add_parser("capacity", help="say what a crowd needs: cores, memory, bandwidth")
    needs.add_arguments(capacity)
    capacity.set_defaults(run=needs.run)

    doctor = commands.add_parser("doctor", help="say what is wrong with this installation, and how to mend it")
    doctor.set_defaults(run=_doctor)
    return parser


async def _serve(settings: Settings) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with app.serving(app.build(settings), settings.host, settings.port):
            gc_tuning.settle()
            print(f"Parvis is at {settings.public_url}", flush=True)
            await stop.wait()
    except OSError as error:
        message = f"Port {settings.port} cannot be used ({error.strerror}). Set PARVIS_PORT to another one."
        print(message, file=sys.stderr)
        return 1
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from server.demo import run

    return run.main(arguments.folder, arguments.port, fresh=arguments.fresh)


async def _migrate(settings: Settings) -> int:
    database = Database(settings.database, settings.clock)
    await migrating.migrate(database.engine)
    await database.close()
    print("The database is up to date.")
    return 0


async def _create_admin(settings: Settings, email: str, name: str) -> int:
    from rooms.people import signin

    database = Database(settings.database, settings.clock)
    try:
        await migrating.migrate(database.engine)
        async with database.transaction() as tx:
            person = await people.welcome(tx, name, people.clean_email(email), "en")
            person.is_administrator = person.is_organiser = True
            _, token = await signin.make_link(tx, signin.Purpose.SIGN_IN, email, name)
    except Problem as problem:
        print(language.problem_text(problem), file=sys.stderr)
        return 1
    finally:
        await database.close()
    print(f"Sign in within 30 minutes at {settings.public_url.rstrip('/')}/links/{token}")
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from server import doctor

    return asyncio.run(doctor.main())
