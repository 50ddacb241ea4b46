//! Where other programs of this person keep their configuration. Nothing is written there.

use std::env;
use std::fs::File;
use std::path::PathBuf;

/// The certificate of the authority that Moltis made for itself on this computer, where there is one.
pub fn moltis_authority() -> Option<PathBuf> {
    let file = moltis()?.join("certs").join("ca.pem");
    File::open(&file).is_ok().then_some(file)
}

/// The folder of Moltis' configuration.
pub fn moltis() -> Option<PathBuf> {
    named("MOLTIS_CONFIG_DIR").or_else(|| Some(home()?.join(".config").join("moltis")))
}

/// OpenClaw's configuration.
pub fn openclaw() -> Option<PathBuf> {
    let state = || named("OPENCLAW_STATE_DIR").or_else(|| Some(home()?.join(".openclaw")));
    named("OPENCLAW_CONFIG_PATH").or_else(|| Some(state()?.join("openclaw.json")))
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| home.is_absolute())
}
