//! The keys of model providers, which our own gateway uses: into the keyring and out of it, by the name that
//! `gateway.toml` calls `key_name`.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context, bail};
use fleet::keys::{Keys, Place, SecretString, Slot};
use supervise::Scope;

use crate::args::KeyVerb;
use crate::out::note;

/// Keeps or removes one.
pub async fn run(verb: KeyVerb) -> anyhow::Result<ExitCode> {
    let scope = Scope::root("pilot key");
    let keys = Keys::system(&scope);
    match verb {
        KeyVerb::Set { name } => {
            keys.keep(&name, Slot::Model, Place::Keyring, &from_stdin()?).await?;
            note(&format!("Kept. Write key_name = {name:?} under its provider in gateway.toml."));
        }
        KeyVerb::Remove { name } => {
            keys.forget(&name, &[Slot::Model]).await?;
            note("Removed.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn from_stdin() -> anyhow::Result<SecretString> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("The key could not be read from standard input")?;
    match text.trim() {
        "" => bail!("Standard input holds no key. Pipe it in: pilot key set NAME < key.txt"),
        key if key.contains(char::is_whitespace) => bail!("A key is one word; standard input holds several"),
        key => Ok(SecretString::from(key)),
    }
}
