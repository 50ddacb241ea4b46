//! Devices that may connect to a node, and those that ask to.

use contract::Fault;
use contract::calls::{DeviceSettle, DevicesList};
use contract::steer::{Device, Verdict};
use link::call::{Call, Reply};

use super::ask::{across, ask, order};
use crate::fleet::Fleet;

pub async fn list(fleet: &Fleet, window: &str, args: DevicesList) -> Result<Vec<Device>, Fault> {
    across(&ask(fleet, window, &args.node, Call::Devices, Reply::devices).await?)
}

pub async fn settle(fleet: &Fleet, window: &str, args: DeviceSettle) -> Result<(), Fault> {
    let verdict = match args.verdict {
        Verdict::Approve => link::call::Verdict::Approve,
        Verdict::Reject => link::call::Verdict::Reject,
        Verdict::Revoke => link::call::Verdict::Revoke,
    };
    order(fleet, window, &args.node, Call::SettleDevice { id: args.id, verdict }).await
}
