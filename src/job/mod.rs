//! Long operations: a plan of steps, run by a worker process, watched by any number of screens.
