//! Configuration files as a person or a script has them written, repositories adopted, and instances
//! compared: the binary, on real disks, with real git and real databases.

mod adopt;
mod adopt_kills;
mod clients;
mod repository;
