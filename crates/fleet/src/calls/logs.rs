//! A node's own log, page by page, on demand.

use contract::Fault;
use contract::calls::LogsTail;
use contract::steer::LogPage;
use link::call::{Call, Reply};

use super::ask::{across, ask};
use crate::fleet::Fleet;

/// A page is never longer, whatever the window asks.
const LONGEST: u32 = 1000;

pub async fn tail(fleet: &Fleet, window: &str, args: LogsTail) -> Result<LogPage, Fault> {
    let call = Call::Logs { after: args.after, limit: args.limit.min(LONGEST) };
    across(&ask(fleet, window, &args.node, call, Reply::logs).await?)
}
