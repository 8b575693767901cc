//! Checks recorded exchanges against an OpenAPI document (version 3.0).

#![allow(dead_code)] // each test program uses its own part of this

pub mod auth;
pub mod check;
pub mod confluence;
pub mod document;
pub mod jira;
pub mod storage;
