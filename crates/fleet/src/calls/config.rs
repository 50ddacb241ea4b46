//! A node's settings.

use contract::Fault;
use contract::calls::{ConfigGet, ConfigPatch};
use contract::steer::Config;
use link::call::{Call, Reply};

use super::ask::{across, ask, order};
use crate::fleet::Fleet;

pub async fn get(fleet: &Fleet, window: &str, args: ConfigGet) -> Result<Config, Fault> {
    across(&ask(fleet, window, &args.node, Call::Config, Reply::config).await?)
}

pub async fn patch(fleet: &Fleet, window: &str, args: ConfigPatch) -> Result<(), Fault> {
    order(fleet, window, &args.node, Call::PatchConfig { patch: args.patch, version: args.version }).await
}
