//! Postgres: finding a server and its tools, connecting, copying a database.

pub mod columns;
pub mod connect;
pub mod copy;
pub mod explain;
pub mod fetch;
pub mod filelock;
pub mod find;
pub mod held;
pub mod libpq;
pub mod migrate;
pub mod outline;
pub mod pace;
pub mod percent;
pub mod probes;
pub mod quote;
pub mod server;
pub mod tls;
pub mod tools;
pub mod tunnel;
pub mod url;
