//! The gateway from outside: everything here goes over a WebSocket, as a client
//! would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod house;
mod provider;

mod abort_and_queue;
mod anthropic;
mod approval;
mod chat;
mod handshake;
mod listen;
mod openai;
mod restart;
mod sessions;
mod slow_reader;
mod subscription;
mod tools;
