//! A node's settings.

use contract::Fault;
use contract::calls::{ConfigGet, ConfigPatch};
use contract::steer::Config;
use link::call::{Call, Reply};

use super::ask::{across, ask, odd, order};
use crate::fleet::Fleet;

pub async fn get(fleet: &Fleet, args: ConfigGet) -> Result<Config, Fault> {
    match ask(fleet, &args.node, Call::Config).await? {
        Reply::Config(config) => across(&config),
        _ => Err(odd()),
    }
}

pub async fn patch(fleet: &Fleet, args: ConfigPatch) -> Result<(), Fault> {
    order(fleet, &args.node, Call::PatchConfig { patch: args.patch, version: args.version }).await
}
