//! `ui --watch`: builds the window again whenever something it is made of changes.

use std::sync::mpsc;
use std::time::Duration;

use anyhow::Result;

use crate::house::House;
use crate::steps::{Steps, say};
use crate::window::{self, Profile};

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Until the person stops it. A build that fails is told and tried again at the next change.
pub fn forever(house: &House, profile: Profile) -> Result<()> {
    // A channel on which nothing ever comes: the wait between two looks.
    let (_kept_open, nothing) = mpsc::sync_channel::<()>(0);
    loop {
        let built_from = window::look(house);
        Steps::of(1).next(window::STEP);
        match window::build(house, profile) {
            Ok(()) => {
                say("waiting for a change (Ctrl-C stops; the app takes the new window at its next `cargo xtask run`)")
            }
            Err(error) => say(format!("{error:#}\nthe last window that built stays; waiting for a change")),
        }
        while window::look(house) == built_from {
            let _silence = nothing.recv_timeout(LOOK_EVERY);
        }
        say("something changed");
    }
}
