//! The live half against gateways that do what no good gateway does. The vendor spoken here is made up and as small as
//! can be, so that what is tested is the link and not a dialect; real dialects have their own tests.

#![allow(clippy::disallowed_methods, reason = "a test plays the gateway on tasks of its own")]

mod authority;
mod calls;
mod faults;
mod gateway;
mod hostile;
mod lifecycle;
mod net;
mod parrot;
mod record;
mod routes;
mod ssh;
mod trust;
