//! The line of a night: from a fleet to whatever gateway there is in this process at the moment.

use std::ops::Deref;
use std::sync::Arc;

use fleet::nodes::{Embedded, LOCAL};
use gateway::Gateway;
use parking_lot::Mutex;

use crate::line;
pub use crate::line::{End, State, Trick};

/// A line, with whatever gateway is at its other end.
pub struct Line {
    line: Arc<line::Line>,
    gateway: Mutex<Option<Gateway>>,
}

impl Line {
    pub fn new() -> Arc<Line> {
        Arc::new(Line { line: line::Line::new(), gateway: Mutex::default() })
    }

    /// What a fleet connects to.
    pub fn embedded(self: &Arc<Self>) -> Embedded {
        let here = self.clone();
        let connect = move || {
            let (near, mut far) = tokio::io::duplex(1 << 14);
            let gateway = here.gateway.lock().clone().filter(|_| here.line.state() != State::Down);
            if let Some(gateway) = gateway {
                // The gateway itself is not held: it ends when it is told to, whatever becomes of its connections.
                let (line, server) = (here.line.clone(), gateway.connect());
                tokio::spawn(async move { line.carry(&mut far, server).await });
            }
            near
        };
        Embedded { connect: Arc::new(connect), name: LOCAL.to_owned() }
    }

    /// Another gateway is at the other end, or none.
    pub fn lead_to(&self, gateway: Option<Gateway>) {
        *self.gateway.lock() = gateway;
    }
}

impl Deref for Line {
    type Target = line::Line;

    fn deref(&self) -> &line::Line {
        &self.line
    }
}
