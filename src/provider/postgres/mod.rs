//! Postgres: finding a server and its tools, connecting, copying a database.
