"""Requirements as users write them: on the command line, in files and in dependency groups."""
