"""The subcommands of `halo`: they put the rooms together and hold no logic of their own."""
