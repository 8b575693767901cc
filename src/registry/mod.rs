//! SQLite: the only room with the state's SQL.
