"""The subcommands of `halo`: they put the packages together and hold no logic of their own."""
