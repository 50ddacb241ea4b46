//! The handlers, one file an area.

pub(crate) mod agents;
pub(crate) mod approval;
pub(crate) mod chat;
pub(crate) mod models;
pub(crate) mod sessions;
pub(crate) mod status;
pub(crate) mod subscription;

use wire::{Code, Error};

/// The session that is meant where none is named.
const MAIN: &str = "main";

/// A session's key as a client may choose it.
fn session_key(told: Option<String>) -> Result<String, Error> {
    let key = told.unwrap_or_else(|| MAIN.to_owned());
    if key.is_empty() || key.len() > 256 || key.chars().any(char::is_control) {
        return Err(Error::new(
            Code::InvalidRequest,
            "A session key has 1 to 256 characters and no control characters.",
        ));
    }
    Ok(key)
}

fn no_session(key: &str) -> Error {
    Error::new(Code::NotFound, format!("There is no session {key:?} here."))
}
