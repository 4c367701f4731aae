// Each test starts servers and waits for them; beside each other they would only wait longer.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
