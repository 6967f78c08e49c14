"""Entry of ``riwaq-server``: arguments only, see ``server.commands``."""

from server.commands import main

if __name__ == "__main__":
    main()
