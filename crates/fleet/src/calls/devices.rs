//! Devices that may connect to a node, and those that ask to.

use contract::Fault;
use contract::calls::{DeviceSettle, DevicesList};
use contract::steer::{Device, Verdict};
use link::call::{Call, Reply};

use super::ask::{across, ask, odd, order};
use crate::fleet::Fleet;

pub async fn list(fleet: &Fleet, window: &str, args: DevicesList) -> Result<Vec<Device>, Fault> {
    match ask(fleet, window, &args.node, Call::Devices).await? {
        Reply::Devices(devices) => across(&devices),
        _ => Err(odd()),
    }
}

pub async fn settle(fleet: &Fleet, window: &str, args: DeviceSettle) -> Result<(), Fault> {
    let verdict = match args.verdict {
        Verdict::Approve => link::call::Verdict::Approve,
        Verdict::Reject => link::call::Verdict::Reject,
        Verdict::Revoke => link::call::Verdict::Revoke,
    };
    order(fleet, window, &args.node, Call::SettleDevice { id: args.id, verdict }).await
}
