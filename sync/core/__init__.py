"""Pure decisions of the sync: values in, values out. No I/O, no Django, no clock of its own."""
