"""Where the parts are put together, from a configuration: the only place that knows them all."""
