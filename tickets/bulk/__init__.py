"""One change of many tickets: requested in the queue, carried out in the background."""
