//! Gateways that are near: on this computer, on the network, and in the configuration of their own programs.

pub mod places;
