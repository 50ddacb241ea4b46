//! The keys of model providers, which our own gateway uses: into the keyring and out of it, by the name that
//! `gateway.toml` calls `key_name`.

use std::process::ExitCode;

use fleet::keys::{Keys, Place, Slot};
use supervise::Scope;

use crate::args::KeyVerb;
use crate::input;
use crate::out::note;

/// Keeps or removes one.
pub async fn run(verb: KeyVerb) -> anyhow::Result<ExitCode> {
    let scope = Scope::root("pilot key");
    let keys = Keys::system(&scope);
    match verb {
        KeyVerb::Set { name } => {
            keys.keep(&name, Slot::Model, Place::Keyring, &input::secret("key")?).await?;
            note(&format!("Kept. Write key_name = {name:?} under its provider in gateway.toml."));
        }
        KeyVerb::Remove { name } => {
            keys.forget(&name, &[Slot::Model]).await?;
            note("Removed.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
