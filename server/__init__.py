"""Where it runs: the application, its pages, accounts, mail, worker, settings and command line."""
